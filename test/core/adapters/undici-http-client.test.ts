import type { LookupAddress } from 'node:dns';
import {
  type AddressInfo,
  createServer,
  getDefaultAutoSelectFamily,
  type Socket,
  setDefaultAutoSelectFamily,
} from 'node:net';
import { startReceiver } from '@hookline/core/testing';
import { expect } from 'chai';
import { type Lookup, undiciHttpClient } from '../../../packages/core/src/adapters/undici-http-client.js';
import { urlPolicy } from '../../../packages/core/src/delivery/guard-url.js';
import { httpClientContract } from '../../contracts/http-client-contract.js';
import { until } from '../../support/until.js';

const local = urlPolicy({ httpsOnly: false, allowAddresses: ['127.0.0.0/8', '::1'] });
const strict = urlPolicy({ httpsOnly: false, allowAddresses: [] });
const request = { headers: {}, body: Buffer.from('{}'), timeoutMs: 1_000, maxResponseBytes: 100 };

httpClientContract('undici', () => undiciHttpClient(local));

describe('the undici client', () => {
  for (const host of ['127.0.0.1', '[::1]', '2130706433', '0x7f.1', 'localhost', '[::ffff:127.0.0.1]']) {
    it(`connects to nothing for ${host} unless it is allowed`, async () => {
      const receiver = await startReceiver();
      const client = undiciHttpClient(strict);
      const { port } = new URL(receiver.url);
      const reply = await client.send({ ...request, url: `http://${host}:${port}/` });
      expect(reply).to.include({ kind: 'error', reason: 'refused-address' });
      expect(receiver.requests).to.deep.equal([]);
      await client.close();
      await receiver.close();
    });
  }

  it('sends again at once, on a new connection, where the peer had closed the one it kept', async () => {
    for (const close of [
      (socket: Socket) => socket.destroy(),
      (socket: Socket) => socket.resetAndDestroy(),
    ]) {
      const server = await scriptedServer([[NO_CONTENT, close], [NO_CONTENT]]);
      const client = undiciHttpClient(local);
      for (let count = 0; count < 2; count++) {
        expect(await client.send({ ...request, url: server.url })).to.include({
          kind: 'response',
          status: 204,
        });
        await aTurn();
      }
      expect(server.posts).to.deep.equal(['1: {}', '1: {}', '2: {}']);
      await client.close();
      server.close();
    }
  });

  it('sends again once only', async () => {
    const close = (socket: Socket) => socket.destroy();
    const server = await scriptedServer([[NO_CONTENT, close], [close]]);
    const client = undiciHttpClient(local);
    await client.send({ ...request, url: server.url });
    await aTurn();
    expect(await client.send({ ...request, url: server.url })).to.include({ kind: 'error', reason: 'reset' });
    expect(server.posts).to.deep.equal(['1: {}', '1: {}', '2: {}']);
    await client.close();
    server.close();
  });

  it('sends again on a new connection, not on another one that may be closed as well', async () => {
    const close = (socket: Socket) => socket.destroy();
    const server = await scriptedServer([[NO_CONTENT, close], [NO_CONTENT, close], [NO_CONTENT]]);
    const client = undiciHttpClient(local);
    await Promise.all([
      client.send({ ...request, url: server.url }),
      client.send({ ...request, url: server.url }),
    ]);
    await aTurn();
    expect(await client.send({ ...request, url: server.url })).to.include({ kind: 'response', status: 204 });
    expect(server.posts).to.have.length(4);
    expect(server.posts.at(-1)).to.equal('3: {}');
    await client.close();
    server.close();
  });

  for (const [part, bytes] of [
    ['nothing', ''],
    ['half a status line', 'HTTP/1.1 2'],
    ['half the headers', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['half the body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'],
  ] as const) {
    it(`does not send again after ${part} of the reply on a new connection`, async () => {
      const server = await scriptedServer([[(socket) => socket.end(bytes)]]);
      const client = undiciHttpClient(local);
      const reply = await client.send({ ...request, url: server.url });
      expect(reply).to.include({ kind: 'error', reason: 'reset' });
      expect(server.posts).to.deep.equal(['1: {}']);
      await client.close();
      server.close();
    });

    if (bytes === '') continue;
    it(`does not send again after ${part} of the reply on a connection it kept`, async () => {
      const server = await scriptedServer([[NO_CONTENT, (socket) => socket.end(bytes)]]);
      const client = undiciHttpClient(local);
      await client.send({ ...request, url: server.url });
      await aTurn();
      const reply = await client.send({ ...request, url: server.url });
      expect(reply).to.include({ kind: 'error', reason: 'reset' });
      expect(server.posts).to.deep.equal(['1: {}', '1: {}']);
      await client.close();
      server.close();
    });
  }

  it('reaches a name where the process asks for one address at a time', async () => {
    const receiver = await startReceiver();
    const before = getDefaultAutoSelectFamily();
    setDefaultAutoSelectFamily(false);
    const client = undiciHttpClient(local, { lookup: answering([LOOPBACK]) });
    try {
      const url = receiver.url.replace('127.0.0.1', 'localhost');
      expect(await client.send({ ...request, url })).to.include({ kind: 'response', status: 204 });
    } finally {
      setDefaultAutoSelectFamily(before);
      await client.close();
      await receiver.close();
    }
  });

  for (const addresses of [
    ['93.184.216.34', '10.0.0.1'],
    ['10.0.0.1', '93.184.216.34'],
  ]) {
    it(`connects to nothing for a name that is ${addresses.join(' and ')}`, async () => {
      const client = undiciHttpClient(strict, { lookup: answering(addresses) });
      const reply = await client.send({ ...request, url: 'http://receiver.test/' });
      expect(reply).to.include({ kind: 'error', reason: 'refused-address' });
      expect(reply.kind === 'error' && reply.message).to.include('10.0.0.1 is not a public address');
      await client.close();
    });
  }

  it('gives up at the deadline on a name whose lookup never ends', async () => {
    const client = undiciHttpClient(strict, { lookup: () => {} });
    const reply = await client.send({ ...request, url: 'http://receiver.test/', timeoutMs: 50 });
    expect(reply).to.deep.include({
      kind: 'error',
      reason: 'timeout',
      message: 'No complete reply within 50 ms.',
    });
    await client.close();
  });

  it('says that a name has no address where it resolves to none', async () => {
    const client = undiciHttpClient(strict, { lookup: answering([]) });
    const reply = await client.send({ ...request, url: 'http://receiver.test/' });
    expect(reply).to.include({ kind: 'error', reason: 'dns' });
    await client.close();
  });

  it('judges a name anew at every connection', async () => {
    const receiver = await startReceiver();
    const { port } = new URL(receiver.url);
    const answers = [['127.0.0.2'], ['127.0.0.1']];
    const rebinding: Lookup = (hostname, options, callback) =>
      answering(answers.shift() ?? [])(hostname, options, callback);
    const only2 = urlPolicy({ httpsOnly: false, allowAddresses: ['127.0.0.2'] });
    const client = undiciHttpClient(only2, { lookup: rebinding });
    const url = `http://receiver.test:${port}/`;
    expect(await client.send({ ...request, url })).to.include({ kind: 'error', reason: 'connect' });
    expect(await client.send({ ...request, url })).to.include({ kind: 'error', reason: 'refused-address' });
    expect(receiver.requests).to.deep.equal([]);
    await client.close();
    await receiver.close();
  });

  it('takes the reply that follows an interim one', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
    const server = await scriptedServer([
      [(socket) => socket.write(`${hints}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`)],
    ]);
    const client = undiciHttpClient(local);
    expect(await client.send({ ...request, url: server.url })).to.deep.include({
      kind: 'response',
      status: 200,
      headers: { 'content-length': '2' },
      body: Buffer.from('ok'),
    });
    await client.close();
    server.close();
  });

  it('gives every name in lower case, and repeated headers as one text', async () => {
    const head =
      'HTTP/1.1 204 No Content\r\nX-Thing: 1\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nx-thing: 2\r\n\r\n';
    const server = await scriptedServer([[(socket) => socket.write(head)]]);
    const client = undiciHttpClient(local);
    const reply = await client.send({ ...request, url: server.url });
    const headers = { 'x-thing': '1, 2', 'set-cookie': 'a=1, b=2' };
    expect(reply).to.deep.include({ kind: 'response', status: 204, headers, body: Buffer.alloc(0) });
    await client.close();
    server.close();
  });

  it('keeps the connection of a reply that is cut but complete, and closes that of one that goes on', async () => {
    const cut = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlong';
    const endless = 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nlong';
    const server = await scriptedServer([[(socket) => socket.write(cut), (socket) => socket.write(endless)]]);
    const client = undiciHttpClient(local);
    for (let count = 0; count < 3; count++) {
      const reply = await client.send({ ...request, url: server.url, maxResponseBytes: 3 });
      if (count < 2) expect(reply).to.deep.include({ status: 200, body: Buffer.from('lon') });
      await aTurn();
    }
    expect(server.posts).to.deep.equal(['1: {}', '1: {}', '2: {}']);
    await client.close();
    server.close();
  });

  it('answers with an error what is under way or comes when it is closed', async () => {
    const server = await scriptedServer([[() => {}]]);
    const client = undiciHttpClient(local, { connections: 1 });
    const sent = client.send({ ...request, url: server.url });
    await until(() => server.posts.length === 1);
    const waiting = client.send({ ...request, url: server.url });
    await client.close();
    const late = client.send({ ...request, url: server.url });
    const replies = await Promise.all([sent, waiting, late]);
    expect(replies.map((reply) => reply.kind === 'error' && reply.reason)).to.deep.equal([
      'reset',
      'connect',
      'connect',
    ]);
    for (const reply of replies) expect(reply).to.include({ message: 'The client is destroyed' });
    server.close();
  });

  for (const [does, reply, message] of [
    ['000', 'HTTP/1.1 000 Odd\r\n\r\n', 'The receiver answered with the status 000.'],
    ['099', 'HTTP/1.1 099 Odd\r\n\r\n', 'The receiver answered with the status 099.'],
    [
      '100',
      'HTTP/1.1 100 Continue\r\n\r\n',
      'The receiver answered 100 Continue, which it was not asked for.',
    ],
    [
      '101',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      'The receiver answered 101 Switching Protocols, which it was not asked for.',
    ],
  ] as const) {
    it(`says in words that the receiver answered ${does}`, async () => {
      const server = await scriptedServer([[(socket) => socket.write(reply)]]);
      const client = undiciHttpClient(local);
      expect(await client.send({ ...request, url: server.url })).to.include({
        kind: 'error',
        reason: 'invalid-reply',
        message,
      });
      await client.close();
      server.close();
    });
  }

  it('gives the reply of a 204 that announces a body, and sends the next request on a new connection', async () => {
    const announcing = 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\nx-a: 1\r\n\r\n';
    const server = await scriptedServer([[(socket) => socket.write(announcing)], [NO_CONTENT]]);
    const client = undiciHttpClient(local);
    expect(await client.send({ ...request, url: server.url })).to.deep.include({
      kind: 'response',
      status: 204,
      headers: { 'content-length': '5', 'x-a': '1' },
      body: Buffer.alloc(0),
    });
    expect(await client.send({ ...request, url: server.url })).to.include({ status: 204 });
    expect(server.posts).to.deep.equal(['1: {}', '2: {}']);
    await client.close();
    server.close();
  });

  it('refuses a URL that is not of HTTP, and a text that is no URL', async () => {
    const client = undiciHttpClient(local);
    for (const url of ['ftp://receiver.test/', 'nowhere']) {
      const reply = await client.send({ ...request, url });
      expect(reply).to.include({ kind: 'error', reason: 'refused-address' });
    }
    await client.close();
  });
});

const LOOPBACK = '127.0.0.1';

/** undici has a connection back for the next request a turn after the reply. */
const aTurn = () => new Promise((resolve) => setImmediate(resolve));

/** A resolver that knows these addresses only. */
function answering(addresses: readonly string[]): Lookup {
  const found: LookupAddress[] = addresses.map((address) => ({ address, family: 4 }));
  return (_hostname, _options, callback) => setImmediate(() => callback(null, found));
}

type Answer = (socket: Socket) => unknown;

const NO_CONTENT: Answer = (socket) =>
  socket.write('HTTP/1.1 204 No Content\r\nconnection: keep-alive\r\n\r\n');

/** Answers the requests of the first connection with the first script, and so on; `posts` are `connection: body`. */
async function scriptedServer(scripts: readonly (readonly Answer[])[]) {
  const posts: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const connection = connections;
    const script = [...(scripts[connection - 1] ?? [])];
    let received = '';
    socket.on('error', () => {});
    socket.on('data', (data) => {
      received += String(data);
      if (!received.endsWith('\r\n\r\n{}')) return;
      received = '';
      posts.push(`${connection}: {}`);
      const answer = script.shift() ?? NO_CONTENT;
      answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  const url = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/`;
  return { url, posts, close: () => server.close() };
}
