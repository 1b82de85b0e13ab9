import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { startReceiver } from '@hookline/core/testing';
import { expect } from 'chai';
import { undiciHttpClient } from '../../../packages/core/src/adapters/undici-http-client.js';
import { urlPolicy } from '../../../packages/core/src/delivery/guard-url.js';
import { httpClientContract } from '../../contracts/http-client-contract.js';

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
    let connections = 0;
    const bodies: string[] = [];
    const server = createServer((socket) => {
      connections += 1;
      const isFirst = connections === 1;
      let answered = 0;
      socket.on('error', () => {});
      socket.on('data', (data) => {
        if (isFirst && answered === 1) return socket.destroy();
        answered += 1;
        bodies.push(String(data).split('\r\n\r\n')[1] ?? '');
        return socket.write('HTTP/1.1 204 No Content\r\n\r\n');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const client = undiciHttpClient(local);
    expect(await client.send({ ...request, url })).to.include({ kind: 'response', status: 204 });
    expect(await client.send({ ...request, url })).to.include({ kind: 'response', status: 204 });
    expect(connections).to.equal(2);
    expect(bodies).to.deep.equal(['{}', '{}']);
    await client.close();
    server.close();
  });
});
