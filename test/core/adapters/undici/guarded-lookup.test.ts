import type { LookupAddress } from 'node:dns';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { guardedLookup, type Lookup } from '../../../../packages/core/src/adapters/undici/guarded-lookup.js';
import { undiciHttpClient } from '../../../../packages/core/src/adapters/undici-http-client.js';
import { type UrlPolicy, urlPolicy } from '../../../../packages/core/src/delivery/guard-url.js';
import { readUrlVectors } from '../../../support/url-guard-vectors.js';

const usual = urlPolicy({});
const request = { headers: {}, body: Buffer.from('{}'), timeoutMs: 2_000, maxResponseBytes: 100 };

describe('guardedLookup', () => {
  let server: Awaited<ReturnType<typeof countingServer>>;

  before(async () => {
    server = await countingServer();
  });
  beforeEach(() => server.accepted.splice(0));
  after(() => server.close());

  /** Sends to a name that resolves to these addresses, one list for each lookup. */
  async function send(policy: UrlPolicy, name: string, ...answers: readonly (readonly string[])[]) {
    const client = undiciHttpClient(policy, { lookup: answeringInTurn(answers) });
    const replies = [];
    for (const _ of answers)
      replies.push(await client.send({ ...request, url: `http://${name}:${server.port}/` }));
    await client.close();
    return replies.map((reply) => (reply.kind === 'error' ? reply.reason : reply.status));
  }

  for (const { url, resolvesTo = [] } of readUrlVectors().filter((vector) => vector.resolvesTo)) {
    const { hostname } = new URL(url);
    const isPublic = ['public.example', 'dns64.example'].includes(hostname);
    it(`${isPublic ? 'passes on' : 'refuses'} ${resolvesTo.join(' and ')} for ${hostname}`, (done) => {
      guardedLookup(usual, answeringInTurn([resolvesTo]))(hostname, { all: true }, (error, addresses) => {
        expect(error?.code).to.equal(isPublic ? undefined : 'ERR_HOOKLINE_ADDRESS_REFUSED');
        expect(addresses).to.have.length(isPublic ? resolvesTo.length : 0);
        done();
      });
    });
  }

  it('connects to nothing where one address of a name is good and one is bad, in either order', async () => {
    const one = urlPolicy({ allowAddresses: ['127.0.0.1'] });
    expect(await send(one, 'receiver.test', ['127.0.0.1', '127.0.0.2'])).to.deep.equal(['refused-address']);
    expect(await send(one, 'receiver.test', ['127.0.0.2', '127.0.0.1'])).to.deep.equal(['refused-address']);
    expect(server.accepted).to.deep.equal([]);
  });

  it('connects to the good answer alone where a name changes between two lookups', async () => {
    const one = urlPolicy({ allowAddresses: ['127.0.0.1'] });
    const replies = await send(
      one,
      'receiver.test',
      ['127.0.0.1'],
      ['127.0.0.2'],
      ['127.0.0.1'],
      ['127.0.0.2'],
    );
    expect(replies).to.deep.equal([204, 'refused-address', 204, 'refused-address']);
    expect(server.accepted).to.deep.equal(['127.0.0.1', '127.0.0.1']);
  });

  it('asks once for a connection, and connects to what was judged', async () => {
    const any = urlPolicy({ allowAddresses: ['127.0.0.0/8'] });
    let lookups = 0;
    const counted: Lookup = (hostname, options, callback) => {
      lookups += 1;
      answeringInTurn([[`127.0.0.${lookups + 2}`]])(hostname, options, callback);
    };
    const client = undiciHttpClient(any, { lookup: counted });
    await client.send({ ...request, url: `http://receiver.test:${server.port}/` });
    await client.close();
    expect(lookups).to.equal(1);
    expect(server.accepted).to.deep.equal(['127.0.0.3']);
  });

  it('connects to a private address for an allowed name, and for no other', async () => {
    const hosts = urlPolicy({ allowHosts: ['billing.internal', '*.svc'] });
    expect(await send(hosts, 'billing.internal', ['127.0.0.1'])).to.deep.equal([204]);
    expect(await send(hosts, 'billing.internal.', ['127.0.0.1'])).to.deep.equal([204]);
    expect(await send(hosts, 'a.b.svc', ['127.0.0.1'])).to.deep.equal([204]);
    expect(server.accepted).to.have.length(3);
    expect(await send(hosts, 'billing.example', ['127.0.0.1'])).to.deep.equal(['refused-address']);
    expect(await send(hosts, 'billing.internal', ['127.0.0.1', '169.254.169.254'])).to.deep.equal([
      'refused-address',
    ]);
    expect(server.accepted).to.have.length(3);
  });

  it('is not asked for an address that is written out, which is refused before', async () => {
    const client = undiciHttpClient(usual, { lookup: () => expect.fail('was asked') });
    for (const host of [
      '127.0.0.1',
      '127.1',
      '2130706433',
      '[::ffff:127.0.0.1]',
      '①②⑦.0.0.1',
      '%31%32%37.0.0.1',
    ]) {
      const reply = await client.send({ ...request, url: `http://${host}:${server.port}/` });
      expect(reply, host).to.include({ kind: 'error', reason: 'refused-address' });
    }
    await client.close();
    expect(server.accepted).to.deep.equal([]);
  });
});

/** Answers every request on any address of this machine, and keeps which address it came to. */
async function countingServer() {
  const accepted: string[] = [];
  const server = createServer((socket: Socket) => {
    accepted.push(socket.localAddress ?? '');
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n'));
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return { accepted, port: (server.address() as AddressInfo).port, close: () => server.close() };
}

/** A resolver that gives one list of addresses after the other. */
function answeringInTurn(answers: readonly (readonly string[])[]): Lookup {
  const left = [...answers];
  return (_hostname, _options, callback) => {
    const found: LookupAddress[] = (left.shift() ?? []).map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    setImmediate(() => callback(null, found));
  };
}
