import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect } from 'chai';
import { buildConnector } from 'undici';
import {
  ConnectionPool,
  type PoolLimits,
} from '../../../../packages/core/src/adapters/undici/connection-pool.js';
import { exchange } from '../../../../packages/core/src/adapters/undici/exchange.js';
import type { HttpReply } from '../../../../packages/core/src/ports/http-client.js';

describe('the connection pool', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  it('opens no more connections to an origin than it may, and serves those who wait in order', async () => {
    const { origin, sockets, held } = await aServer();
    const send = aPool({ perOrigin: 2, idle: 10 });
    const replies = ['/1', '/2', '/3', '/4', '/5'].map((path) => send(origin, path));
    const paths: string[] = [];
    while (paths.length < 5) {
      await until(() => held.length > 0);
      for (const { path, response } of held.splice(0)) {
        paths.push(path);
        response.end();
      }
    }
    expect(await Promise.all(replies.map(statusOf))).to.deep.equal([200, 200, 200, 200, 200]);
    expect([...paths].sort()).to.deep.equal(['/1', '/2', '/3', '/4', '/5']);
    expect(paths.slice(2)).to.deep.equal(['/3', '/4', '/5']);
    expect(sockets).to.have.length(2);
  });

  it('puts a new connection in the place of one that hangs', async () => {
    const { origin, sockets, held } = await aServer();
    const send = aPool({ perOrigin: 1, idle: 10 });
    const hanging = send(origin, '/hangs', 50);
    const waiting = send(origin, '/waits', 5_000);
    expect(await hanging).to.include({ kind: 'error', reason: 'timeout' });
    await until(() => held.length === 2);
    held.at(-1)?.response.end();
    expect(await statusOf(waiting)).to.equal(200);
    expect(sockets).to.have.length(2);
  });

  it('sends nothing for a caller whose deadline passed while it waited', async () => {
    const { origin, held } = await aServer();
    const send = aPool({ perOrigin: 1, idle: 10 });
    const first = send(origin, '/first');
    const late = send(origin, '/late', 20);
    const last = send(origin, '/last');
    expect(await late).to.include({ kind: 'error', reason: 'timeout' });
    held[0]?.response.end();
    await first;
    await until(() => held.length === 2);
    held[1]?.response.end();
    expect(await statusOf(last)).to.equal(200);
    expect(held.map(({ path }) => path)).to.deep.equal(['/first', '/last']);
  });

  it('closes the longest idle of all origins where too many would be idle', async () => {
    const servers = await Promise.all([aServer(), aServer(), aServer()]);
    const send = aPool({ perOrigin: 10, idle: 2 });
    for (const { origin, held } of servers) {
      const reply = send(origin, '/');
      await until(() => held.length === 1);
      held[0]?.response.end();
      await reply;
    }
    const [first, ...others] = servers.map(({ sockets }) => sockets[0]);
    await until(() => first?.destroyed === true);
    expect(others.map((socket) => socket?.destroyed)).to.deep.equal([false, false]);
  });

  it('opens a new connection where the peer closed an idle one', async () => {
    const { origin, sockets, held } = await aServer();
    const send = aPool({ perOrigin: 1, idle: 10 });
    for (let count = 1; count <= 2; count++) {
      const reply = send(origin, '/');
      await until(() => held.length === count);
      held.at(-1)?.response.end();
      expect(await statusOf(reply)).to.equal(200);
      sockets.at(-1)?.end();
      await until(() => sockets.at(-1)?.destroyed === true);
    }
    expect(sockets).to.have.length(2);
  });

  /** Holds every request until the test answers it. */
  async function aServer() {
    const sockets: Socket[] = [];
    const held: { path: string; response: ServerResponse }[] = [];
    const server = createServer((request, response) => held.push({ path: request.url ?? '', response }));
    server.on('connection', (socket) => sockets.push(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );
    return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, held };
  }

  function aPool(limits: PoolLimits) {
    const pool = new ConnectionPool(limits);
    const connect = buildConnector({});
    closers.unshift(() => pool.close());
    return (origin: string, path: string, timeoutMs = 2_000): Promise<HttpReply> =>
      new Promise((answer) => {
        const request = {
          url: origin + path,
          headers: {},
          body: Buffer.from('{}'),
          timeoutMs,
          maxResponseBytes: 9,
        };
        const route = { name: origin, origin, connect };
        exchange({ pool, route, target: { origin, path, refusal: null }, request, answer });
      });
  }
});

const statusOf = async (reply: Promise<HttpReply>) => {
  const answered = await reply;
  return answered.kind === 'response' ? answered.status : answered;
};

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
