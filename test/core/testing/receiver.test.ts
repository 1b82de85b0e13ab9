import { once } from 'node:events';
import { connect } from 'node:net';
import { startReceiver } from '@hookline/core/testing';
import { expect } from 'chai';
import { startReceiver as startReceiverFromSource } from '../../../packages/core/src/testing/receiver.js';

describe('the receiver', () => {
  it('keeps what it got, and answers as told, then 204', async () => {
    const receiver = await startReceiver();
    receiver.replyWith(503, (request, response) => response.writeHead(200).end(request.body));
    const post = () => fetch(receiver.url, { method: 'POST', body: 'hello' });
    expect((await post()).status).to.equal(503);
    expect(await (await post()).text()).to.equal('hello');
    expect((await post()).status).to.equal(204);
    expect(receiver.requests.map(({ body }) => body.toString())).to.deep.equal(['hello', 'hello', 'hello']);
    await receiver.close();
  });

  it('survives a client that breaks off, and does not count its request', async () => {
    const receiver = await startReceiverFromSource();
    const rejections: unknown[] = [];
    const note = (reason: unknown) => void rejections.push(reason);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
    try {
      const socket = connect(Number(new URL(receiver.url).port), '127.0.0.1');
      await once(socket, 'connect');
      socket.write('POST /hook HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 10\r\n\r\n');
      await once(socket, 'data');
      socket.resetAndDestroy();
      await once(socket, 'close');
      expect((await fetch(receiver.url, { method: 'POST', body: 'whole' })).status).to.equal(204);
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.removeListener('unhandledRejection', note);
      for (const other of others) process.on('unhandledRejection', other);
      await receiver.close();
    }
    expect(rejections).to.deep.equal([]);
    expect(receiver.requests.map(({ body }) => body.toString())).to.deep.equal(['whole']);
  });
});
