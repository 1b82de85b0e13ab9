import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createHub, HooklineError } from '@hookline/core';
import { fakeClock, startReceiver } from '@hookline/core/testing';
import { expect } from 'chai';
import { resolveProxy } from '../../../../packages/core/src/adapters/undici/forward-proxy.js';
import { type Lookup, undiciHttpClient } from '../../../../packages/core/src/adapters/undici-http-client.js';
import { urlPolicy } from '../../../../packages/core/src/delivery/guard-url.js';
import { httpClientContract } from '../../../contracts/http-client-contract.js';
import { anAuthority } from '../../../support/certificates.js';
import { type StartedProxy, startForwardProxy } from '../../../support/forward-proxy.js';

const local = urlPolicy({ allowAddresses: ['127.0.0.0/8', '::1'] });
const strict = urlPolicy({});
const request = { headers: {}, body: Buffer.from('{"a":1}'), timeoutMs: 2_000, maxResponseBytes: 100 };

const resolvingTo =
  (...addresses: string[]): Lookup =>
  (_, __, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

describe('a forward proxy', () => {
  let proxy: StartedProxy;
  afterEach(() => proxy.close());

  it('is given the address that was judged, and the receiver the name', async () => {
    proxy = await startForwardProxy(() => ({ port: receiverPort }));
    const receiver = await startReceiver();
    const receiverPort = Number(new URL(receiver.url).port);
    const client = undiciHttpClient(strict, {
      proxy: resolveProxy(proxy.url),
      lookup: resolvingTo('93.184.216.34'),
    });
    const reply = await client.send({ ...request, url: 'http://receiver.example/hook?a=1' });
    expect(reply).to.include({ kind: 'response', status: 204 });
    expect(proxy.asked).to.deep.equal(['93.184.216.34:80']);
    expect(receiver.requests[0]).to.include({ path: '/hook?a=1' });
    expect(receiver.requests[0]?.headers.host).to.equal('receiver.example');
    expect(receiver.requests[0]?.body.toString()).to.equal('{"a":1}');
    await client.close();
    await receiver.close();
  });

  it('keeps its tunnels for the next request', async () => {
    proxy = await startForwardProxy();
    const receiver = await startReceiver();
    const client = undiciHttpClient(local, { proxy: resolveProxy(proxy.url) });
    for (let count = 0; count < 3; count++) await client.send({ ...request, url: receiver.url });
    expect(receiver.requests).to.have.length(3);
    expect(proxy.asked).to.have.length(1);
    await client.close();
    await receiver.close();
  });

  it('is not asked for an address that is refused, written out or resolved to', async () => {
    proxy = await startForwardProxy();
    const client = undiciHttpClient(strict, {
      proxy: resolveProxy(proxy.url),
      lookup: resolvingTo('93.184.216.34', '10.0.0.1'),
    });
    for (const url of ['http://127.0.0.1/', 'https://[::1]/', 'https://receiver.example/']) {
      expect(await client.send({ ...request, url })).to.include({ kind: 'error', reason: 'refused-address' });
    }
    expect(proxy.asked).to.deep.equal([]);
    await client.close();
  });

  it('is given the name where it resolves names, but no literal that is refused', async () => {
    proxy = await startForwardProxy(() => 403);
    const client = undiciHttpClient(strict, {
      proxy: resolveProxy({ url: proxy.url, resolve: 'proxy' }),
      lookup: () => expect.fail('looked a name up'),
    });
    expect(await client.send({ ...request, url: 'https://receiver.example/' })).to.include({
      reason: 'proxy',
    });
    for (const url of ['https://10.0.0.1/', 'http://localhost/', 'http://metadata.google.internal/']) {
      expect(await client.send({ ...request, url })).to.include({ reason: 'refused-address' });
    }
    expect(proxy.asked).to.deep.equal(['receiver.example:443']);
    await client.close();
  });

  it('tries the next address where it could not reach the one before', async () => {
    proxy = await startForwardProxy((authority) =>
      authority.startsWith('[') ? 502 : { port: receiverPort },
    );
    const receiver = await startReceiver();
    const receiverPort = Number(new URL(receiver.url).port);
    const lookup = resolvingTo('2606:2800:220:1::1', '93.184.216.34');
    const client = undiciHttpClient(strict, { proxy: resolveProxy(proxy.url), lookup });
    expect(await client.send({ ...request, url: 'http://receiver.example:8080/' })).to.include({
      status: 204,
    });
    expect(proxy.asked).to.deep.equal(['[2606:2800:220:1::1]:8080', '93.184.216.34:8080']);
    await client.close();
    await receiver.close();
  });

  it('gets its user and password, and the receiver never', async () => {
    proxy = await startForwardProxy();
    const receiver = await startReceiver();
    const url = proxy.url.replace('http://', 'http://hook%40line:p%3Aw@');
    const client = undiciHttpClient(local, { proxy: resolveProxy(url) });
    await client.send({ ...request, url: receiver.url });
    const expected = `Basic ${Buffer.from('hook@line:p:w').toString('base64')}`;
    expect(proxy.authorizations).to.deep.equal([expected]);
    expect(receiver.requests[0]?.headers).to.not.have.property('proxy-authorization');
    await client.close();
    await receiver.close();
  });

  it('sees nothing of what goes over https, and the certificate must be the receiver’s', async () => {
    const authority = await anAuthority('An authority');
    const { cert, privateKey } = await authority.issue('receiver.example');
    const names: (string | false | null)[] = [];
    const server = createServer({ cert, key: privateKey }, (incoming, response) => {
      names.push((incoming.socket as import('node:tls').TLSSocket & { servername: string }).servername);
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    proxy = await startForwardProxy(() => ({ port }));
    const lookup = resolvingTo('93.184.216.34');
    const client = undiciHttpClient(strict, { proxy: resolveProxy(proxy.url), lookup });
    const tls = { key: 'ours', ca: authority.ca };
    const body = Buffer.from('a secret payload');
    const good = await client.send({ ...request, body, tls, url: 'https://receiver.example/' });
    expect(good).to.include({ kind: 'response', status: 204 });
    const other = await client.send({ ...request, body, tls, url: 'https://other.example/' });
    expect(other).to.include({ kind: 'error', reason: 'tls' });
    const untrusted = await client.send({ ...request, body, url: 'https://receiver.example/' });
    expect(untrusted).to.include({ kind: 'error', reason: 'tls' });
    expect(names).to.deep.equal(['receiver.example']);
    expect(proxy.sent()).to.not.contain('a secret payload');
    await client.close();
    server.closeAllConnections();
    server.close();
  });

  for (const [what, behaviour] of [
    ['wants a password', 407],
    ['refuses', 403],
    ['fails', 500],
  ] as const) {
    it(`that ${what} is the reason, with its status`, async () => {
      proxy = await startForwardProxy(() => behaviour);
      const client = undiciHttpClient(local, { proxy: resolveProxy(proxy.url) });
      const reply = await client.send({ ...request, url: 'http://127.0.0.1:9999/' });
      expect(reply).to.include({ kind: 'error', reason: 'proxy' });
      expect(reply.kind === 'error' && reply.message).to.contain(String(behaviour));
      await client.close();
    });
  }

  it('that is not there is the reason', async () => {
    proxy = await startForwardProxy();
    await proxy.close();
    const client = undiciHttpClient(local, { proxy: resolveProxy(proxy.url) });
    expect(await client.send({ ...request, url: 'http://127.0.0.1:9999/' })).to.include({ reason: 'proxy' });
    await client.close();
  });

  it('that says nothing costs no more than the deadline', async () => {
    proxy = await startForwardProxy(() => 'silence');
    const client = undiciHttpClient(local, { proxy: resolveProxy(proxy.url) });
    const reply = await client.send({ ...request, timeoutMs: 150, url: 'http://127.0.0.1:9999/' });
    expect(reply).to.include({ kind: 'error', reason: 'timeout' });
    await client.close();
  });

  it('is what the option of a hub says, and its failures are not charged to webhooks', async () => {
    proxy = await startForwardProxy(() => 407);
    const clock = fakeClock();
    const hub = createHub({
      clock,
      retry: [60_000],
      delivery: { proxy: proxy.url, allowAddresses: ['127.0.0.0/8'] },
      health: { disableAfterMs: 60_000, minAttempts: 1 },
    });
    const { webhook } = await hub.webhooks.create({
      url: 'http://127.0.0.1:9999/',
      subscriptions: ['*'],
      accountId: 1,
    });
    const { id } = webhook;
    await hub.dispatch('order.paid', {}, { account: 1 });
    await hub.drain();
    await clock.advance(120_000);
    await hub.drain();
    const [delivery] = await hub.deliveries.list({ webhookId: id });
    expect(delivery).to.include({ state: 'exhausted', attemptCount: 2 });
    expect(proxy.asked).to.deep.equal(['127.0.0.1:9999', '127.0.0.1:9999']);
    expect(await hub.webhooks.get(id)).to.include({ active: true });
    await hub.close();
  });

  for (const bad of ['', 'proxy:3128', 'socks5://proxy:1080', { url: 'http://p', resolve: 'nobody' }, 7]) {
    it(`cannot be ${JSON.stringify(bad)}`, async () => {
      proxy = await startForwardProxy();
      const create = () => createHub({ delivery: { proxy: bad as string } });
      expect(create)
        .to.throw(HooklineError, 'delivery.proxy')
        .with.property('code', 'ERR_HOOKLINE_OPTION_INVALID');
    });
  }

  it('keeps its password out of what is wrong with it', async () => {
    proxy = await startForwardProxy();
    const create = () => createHub({ delivery: { proxy: 'ftp://user:pa55@proxy' } });
    expect(create).to.throw(HooklineError).with.property('message').that.does.not.contain('pa55');
  });
});

describe('the undici client through a proxy', () => {
  let proxy: StartedProxy;
  before(async () => {
    proxy = await startForwardProxy();
  });
  after(() => proxy.close());

  httpClientContract('undici through a proxy', () =>
    undiciHttpClient(local, { proxy: resolveProxy(proxy.url) }),
  );
});
