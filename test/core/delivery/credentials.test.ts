import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Auth, createHub, type NewWebhook } from '@hookline/core';
import { type Receiver, startReceiver } from '@hookline/core/testing';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { anAuthority } from '../../support/certificates.js';
import { expectError } from '../../support/expect-error.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const URL = 'https://receiver.example/hook';

async function sendWith(parts: Partial<NewWebhook>) {
  const world = buildHub();
  const { webhook } = await world.hub.webhooks.create({ url: URL, subscriptions: ['*'], ...parts });
  const send = async () => {
    await world.hub.dispatch('order.paid', { total: 1 });
    await world.hub.drain();
  };
  return { ...world, webhook, send };
}

describe('custom headers', () => {
  it('are sent with every delivery, and shown by their names alone', async () => {
    const { webhook, http, send } = await sendWith({ headers: { 'X-Api-Key': 's3cret', 'x-team': 'a b' } });
    await send();
    expect(http.sent[0]?.headers).to.include({ 'x-api-key': 's3cret', 'x-team': 'a b' });
    expect(webhook).to.deep.include({ headerNames: ['X-Api-Key', 'x-team'], authType: null });
    expect(JSON.stringify(webhook)).to.not.include('s3cret');
  });

  it('give way to those of an event, whatever the case of both, and no name is sent twice', async () => {
    const { hub, http } = await sendWith({ headers: { 'X-Api': 'hook', 'x-team': 'a' } });
    const headers = { 'x-aPI': 'event', 'X-Trace': '1' };
    await hub.dispatch('order.paid', {}, { headers });
    await hub.drain();
    const sent = http.sent[0]?.headers ?? {};
    expect(sent).to.include({ 'x-api': 'event', 'x-team': 'a', 'x-trace': '1' });
    const names = Object.keys(sent);
    expect(names).to.deep.equal(names.map((name) => name.toLowerCase()));
  });

  it('are replaced by a change, and taken out by null', async () => {
    const { hub, webhook, http, send } = await sendWith({ headers: { 'x-a': '1' } });
    await hub.webhooks.update(webhook.id, { headers: { 'x-b': '2' } });
    await send();
    const shown = await hub.webhooks.update(webhook.id, { headers: null });
    await send();
    expect(http.sent.map(({ headers }) => [headers['x-a'], headers['x-b']])).to.deep.equal([
      [undefined, '2'],
      [undefined, undefined],
    ]);
    expect(shown.headerNames).to.deep.equal([]);
  });

  for (const [what, headers] of [
    ['a line break in a value', { 'x-a': 'b\r\nx-c: d' }],
    ['a line break in a name', { 'x-a\r\nx-c': 'd' }],
    ['a name with a space', { 'x a': 'd' }],
    ['an empty name', { '': 'd' }],
    ['a value beyond ASCII', { 'x-a': 'ä' }],
    ['a value that is no text', { 'x-a': 1 }],
    ['a name twice', { 'x-a': '1', 'X-A': '2' }],
    ['9 KB', { 'x-a': 'x'.repeat(9_000) }],
    ['51 of them', Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`x-${i}`, '1']))],
    ['a list', ['x-a']],
    ...[
      'Authorization',
      'Host',
      'Connection',
      'Content-Type',
      'content-length',
      'Transfer-Encoding',
      'Webhook-Signature',
      'svix-id',
      'stripe-signature',
      'X-Hub-Signature-256',
      'x-chatwoot-signature',
      'hookline-attempt',
      'User-Agent',
      'Proxy-Authorization',
      'Expect',
      'te',
      'upgrade',
      'Cookie',
      'Forwarded',
      'X-Forwarded-For',
      'X-Forwarded-Host',
      'X-Real-IP',
      'X-Original-URL',
      'X-HTTP-Method-Override',
      'Sec-Fetch-Site',
    ].map((name): [string, object] => [`the reserved ${name}`, { [name]: 'x' }]),
  ] as readonly [string, object][]) {
    it(`are refused with ${what}`, async () => {
      const { hub } = buildHub();
      const input = { url: URL, subscriptions: ['*'], headers } as NewWebhook;
      const error = await expectError('VALIDATION_FAILED', () => hub.webhooks.create(input));
      expect(error.details.fields).to.have.keys('headers');
    });
  }
});

describe('an auth', () => {
  it('basic and bearer become the authorization of each request', async () => {
    const basic = await sendWith({ auth: { type: 'basic', username: 'me', password: 'pa:ß' } });
    await basic.send();
    const encoded = Buffer.from('me:pa:ß').toString('base64');
    expect(basic.http.sent[0]?.headers.authorization).to.equal(`Basic ${encoded}`);
    const bearer = await sendWith({ auth: { type: 'bearer', token: 'abc' } });
    await bearer.send();
    expect(bearer.http.sent[0]?.headers.authorization).to.equal('Bearer abc');
    expect(bearer.webhook.authType).to.equal('bearer');
  });

  for (const [what, auth] of [
    ['no type', {}],
    ['an unknown type', { type: 'digest' }],
    ['a colon in the username', { type: 'basic', username: 'a:b', password: 'c' }],
    ['a missing password', { type: 'basic', username: 'a' }],
    ['a token with a line break', { type: 'bearer', token: 'a\nb' }],
    ['a field of its own', { type: 'bearer', token: 'a', realm: 'b' }],
    [
      'a token endpoint in a private network',
      { type: 'oauth2', tokenUrl: 'http://10.0.0.1/', clientId: 'a', clientSecret: 'b' },
    ],
    ['a token endpoint that is no URL', { type: 'oauth2', tokenUrl: 'x', clientId: 'a', clientSecret: 'b' }],
  ] as readonly [string, object][]) {
    it(`is refused with ${what}, without repeating it`, async () => {
      const { hub } = buildHub();
      const input = { url: URL, subscriptions: ['*'], auth: auth as Auth };
      const error = await expectError('VALIDATION_FAILED', () => hub.webhooks.create(input));
      expect(error.details.fields).to.have.keys('auth');
    });
  }
});

describe('a TLS client certificate', () => {
  let server: Server;
  let url: string;
  let tls: NonNullable<NewWebhook['tls']>;
  let others: NonNullable<NewWebhook['tls']>;
  const clients: (string | undefined)[] = [];

  before(async () => {
    const [ours, theirs] = [await anAuthority('ours'), await anAuthority('theirs')];
    const own = await ours.issue('receiver');
    server = createServer(
      { cert: own.cert, key: own.privateKey, ca: ours.ca, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        const socket = request.socket as TLSSocket;
        clients.push(socket.authorized ? String(socket.getPeerCertificate().subject.CN) : undefined);
        response.end();
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    tls = { ...(await ours.issue('client')), ca: ours.ca };
    others = { ...(await theirs.issue('stranger')), ca: theirs.ca };
  });
  after(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => void clients.splice(0));

  async function attempt(...given: readonly (NewWebhook['tls'] | undefined)[]) {
    const delivery = { allowAddresses: ['127.0.0.0/8'] };
    const hub = createHub({ logger: new RecordingLogger(), retry: [], delivery });
    for (const each of given)
      await hub.webhooks.create({ url, subscriptions: ['*'], ...(each && { tls: each }) });
    await hub.dispatch('order.paid', {});
    await hub.drain();
    const deliveries = await hub.deliveries.list();
    await hub.close();
    return deliveries.map(({ reason }) => reason).sort();
  }

  it('is shown to the receiver, whose own is trusted by the given authority', async () => {
    expect(await attempt(tls)).to.deep.equal([null]);
    expect(clients).to.deep.equal(['client']);
  });

  it('is refused where the url is http:, whichever of the two comes later', async () => {
    const { hub } = buildHub();
    const plain = { url: 'http://receiver.example/', subscriptions: ['*'] };
    const wrong = await expectError('VALIDATION_FAILED', () => hub.webhooks.create({ ...plain, tls }));
    expect(wrong.details.fields).to.have.keys('tls');
    const { webhook } = await hub.webhooks.create(plain);
    await expectError('VALIDATION_FAILED', () => hub.webhooks.update(webhook.id, { tls }));
    await hub.webhooks.update(webhook.id, { url: URL, tls });
    await expectError('VALIDATION_FAILED', () => hub.webhooks.update(webhook.id, { url: plain.url }));
    await hub.webhooks.update(webhook.id, { url: plain.url, tls: null });
  });

  it('keeps connections apart: nobody goes under the name of another', async () => {
    const { ca } = tls;
    expect(await attempt(tls, ca === undefined ? {} : { ca }, undefined, others)).to.deep.equal([
      null,
      null,
      'tls',
      'tls',
    ]);
    expect([...clients].sort()).to.deep.equal(['client', undefined]);
  });

  for (const [what, make] of [
    ['a certificate without its key', () => ({ cert: tls.cert })],
    ['a key that is not of the certificate', () => ({ cert: tls.cert, privateKey: others.privateKey })],
    ['what is no PEM', () => ({ cert: 'abc', privateKey: 'def' })],
    ['an authority that is no certificate', () => ({ ca: 'abc' })],
    ['nothing', () => ({})],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      const { hub } = buildHub();
      const input = { url: URL, subscriptions: ['*'], tls: make() } as NewWebhook;
      const error = await expectError('VALIDATION_FAILED', () => hub.webhooks.create(input));
      expect(error.details.fields).to.have.keys('tls');
      expect(JSON.stringify(error.details)).to.not.include('PRIVATE KEY');
    });
  }
});

describe('sealed secrets and credentials', () => {
  const keyOf = (letter: string) => Buffer.alloc(32, letter).toString('base64');
  let receiver: Receiver;
  before(async () => {
    receiver = await startReceiver();
  });
  after(() => receiver.close());

  it('are sealed anew under a new key, and opened by the old one meanwhile', async () => {
    const { memoryStore } = await import('@hookline/core');
    const store = memoryStore();
    const hubWith = (encryptionKey: string | readonly string[]) =>
      createHub({
        store,
        encryptionKey,
        logger: new RecordingLogger(),
        delivery: { allowAddresses: ['127.0.0.0/8'] },
      });
    const old = hubWith(keyOf('a'));
    const input = { url: receiver.url, subscriptions: ['*'], headers: { 'x-key': 'v4lue' } };
    const { webhook, secret } = await old.webhooks.create(input);
    const both = hubWith([keyOf('b'), keyOf('a')]);
    expect(await both.webhooks.reseal()).to.equal(1);
    expect(await both.webhooks.reseal()).to.equal(0);
    const fresh = hubWith(keyOf('b'));
    expect(await fresh.webhooks.revealSecrets(webhook.id)).to.deep.equal([secret]);
    await fresh.dispatch('order.paid', {});
    await fresh.drain();
    expect(receiver.requests[0]?.headers['x-key']).to.equal('v4lue');
    await expectError('SECRET_UNREADABLE', () => old.webhooks.revealSecrets(webhook.id));
    for (const hub of [old, both, fresh]) await hub.close();
  });
});
