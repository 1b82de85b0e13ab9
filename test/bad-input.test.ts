import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Authorizer,
  createHub,
  defineEvents,
  github,
  type Hub,
  hmac,
  payload,
  standardWebhooks,
  stripe,
} from '@hookline/core';
import { webhooks as expressWebhooks } from '@hookline/express';
import { webhooks as koaWebhooks } from '@hookline/koa';
import Router from '@koa/router';
import { expect } from 'chai';
import express from 'express';
import Koa from 'koa';
import Stripe from 'stripe';
import { expectError } from './support/expect-error.js';
import { RecordingLogger } from './support/recording-logger.js';
import { signedRequest } from './support/signed-request.js';

const events = defineEvents({ 'order.paid': payload<{ id: number }>() });
const githubSecret = 'a secret of ours';
const stripeSecret = 'whsec_a_stripe_secret';
const standardSecret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const options = {
  maxBodyBytes: 2_000,
  sources: {
    github: github({ secret: githubSecret }),
    stripe: stripe({ secret: stripeSecret }),
    partner: standardWebhooks({ secret: standardSecret }),
    erp: hmac({ secret: 'erp', header: 'x-erp-signature', type: { header: 'x-erp-type' } }),
  },
  authorize: (({ headers }) =>
    headers['x-account'] ? { accountId: headers['x-account'] } : null) as Authorizer,
};
type TestHub = Hub<typeof events>;

function serveExpress(hub: TestHub): RequestListener {
  const app = express();
  app.use('/hooks', expressWebhooks(hub, options));
  return app;
}

function serveKoa(hub: TestHub): RequestListener {
  const router = new Router();
  router.use('/hooks', koaWebhooks(hub, options).routes());
  return new Koa().use(router.routes()).callback();
}

async function serve(listener: (hub: TestHub) => RequestListener) {
  const logger = new RecordingLogger();
  const hub = createHub({ events, logger });
  const server = createServer(listener(hub));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  const send = async (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: Uint8Array<ArrayBuffer> | string,
  ) => {
    const response = await fetch(base + path, { method, headers, ...(body !== undefined && { body }) });
    const text = await response.text();
    const answer = (text ? JSON.parse(text) : {}) as { error?: { code: string; message: string } };
    return { status: response.status, code: answer.error?.code.replace('ERR_HOOKLINE_', '') ?? null, answer };
  };
  const close = async () => {
    await hub.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { hub, logger, send, close };
}

const bytes = (body: Uint8Array | string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(body));
const nowS = () => Math.floor(Date.now() / 1_000);

for (const [name, listener] of [
  ['Express', serveExpress],
  ['Koa', serveKoa],
] as const) {
  describe(`bad input over ${name}`, () => {
    let world: Awaited<ReturnType<typeof serve>>;
    before(async () => {
      world = await serve(listener);
    });
    after(() => world.close());

    const inbound = (source: string, headers: object, body: Uint8Array | string) =>
      world.send(
        'POST',
        `/inbound/${source}`,
        { 'content-type': 'application/json', ...headers },
        bytes(body),
      );
    const aGithubRequest = (body: object | string = { action: 'opened' }) =>
      signedRequest.github({ event: 'issues', body, secret: githubSecret, deliveryId: crypto.randomUUID() });

    it('takes what npm stripe signs, and refuses it once it is stale', async () => {
      const body = JSON.stringify({ id: `evt_${Date.now()}`, type: 'invoice.paid', data: { object: {} } });
      const sign = (timestamp: number) => ({
        'stripe-signature': new Stripe('sk_test').webhooks.generateTestHeaderString({
          payload: body,
          secret: stripeSecret,
          timestamp,
        }),
      });
      expect(await inbound('stripe', sign(nowS()), body)).to.include({ status: 202 });
      expect(await inbound('stripe', sign(nowS()), body)).to.deep.include({
        status: 200,
        answer: { duplicate: true },
      });
      expect(await inbound('stripe', sign(nowS() - 301), body)).to.include({
        status: 401,
        code: 'TIMESTAMP_OUT_OF_RANGE',
      });
      const [event] = await world.hub.events.list({ type: 'stripe.invoice.paid' });
      expect(event?.data).to.deep.equal(JSON.parse(body));
    });

    it('refuses a missing signature', async () => {
      expect(await inbound('github', { 'x-github-event': 'push' }, '{}')).to.include({
        status: 401,
        code: 'SIGNATURE_MISSING',
      });
    });

    for (const [what, signature] of [
      ['a wrong one', `sha256=${'0'.repeat(64)}`],
      ['one that is too short', 'sha256=abc'],
      ['one that is too long', `sha256=${'0'.repeat(640)}`],
      ['one without its prefix', '0'.repeat(64)],
      ['an empty one', ''],
      ['one that is no hex', `sha256=${'z'.repeat(64)}`],
    ] as const) {
      it(`refuses a signature: ${what}`, async () => {
        const { headers, body } = aGithubRequest();
        const { status } = await inbound('github', { ...headers, 'x-hub-signature-256': signature }, body);
        expect(status).to.equal(401);
      });
    }

    it('refuses a stale and a malformed timestamp', async () => {
      const stale = signedRequest.standardWebhooks({
        body: { type: 'a' },
        secret: standardSecret,
        now: Date.now() - 400_000,
      });
      expect(await inbound('partner', stale.headers, stale.body)).to.include({
        status: 401,
        code: 'TIMESTAMP_OUT_OF_RANGE',
      });
      const fresh = signedRequest.standardWebhooks({ body: { type: 'a' }, secret: standardSecret });
      const mangled = { ...fresh.headers, 'webhook-timestamp': 'Infinity' };
      expect(await inbound('partner', mangled, fresh.body)).to.include({
        status: 401,
        code: 'TIMESTAMP_INVALID',
      });
    });

    it('refuses malformed JSON with a right signature', async () => {
      const { headers, body } = aGithubRequest('{"action": ');
      expect(await inbound('github', headers, body)).to.include({ status: 400, code: 'PAYLOAD_NOT_JSON' });
    });

    it('refuses a body over the limit', async () => {
      const { headers, body } = aGithubRequest({ text: 'x'.repeat(3_000) });
      expect(await inbound('github', headers, body)).to.include({ status: 413, code: 'BODY_TOO_LARGE' });
    });

    it('knows no other source', async () => {
      for (const source of ['gitlab', '__proto__', 'constructor', '%00', 'a%2Fb']) {
        const { status, code } = await inbound(source, {}, '{}');
        expect({ source, status, code }).to.deep.equal({ source, status: 404, code: 'SOURCE_UNKNOWN' });
      }
    });

    it('refuses an admin request without a known caller, and a body that is no JSON', async () => {
      expect(await world.send('GET', '/admin/webhooks')).to.include({ status: 401, code: 'UNAUTHENTICATED' });
      const headers = { 'x-account': '1', 'content-type': 'application/json' };
      expect(await world.send('POST', '/admin/webhooks', headers, '{"url"')).to.include({
        status: 400,
        code: 'PAYLOAD_NOT_JSON',
      });
      const tooLarge = JSON.stringify({ url: 'x'.repeat(3_000) });
      expect(await world.send('POST', '/admin/webhooks', headers, tooLarge)).to.include({ status: 413 });
    });

    for (const [what, body, field] of [
      ['a malformed URL', { url: 'not a url', subscriptions: ['*'] }, 'url'],
      ['credentials in a URL', { url: 'https://a:b@example.com', subscriptions: ['*'] }, 'url'],
      ['a private address', { url: 'http://169.254.169.254/latest', subscriptions: ['*'] }, 'url'],
      ['no subscriptions', { url: 'https://example.com', subscriptions: [] }, 'subscriptions'],
      [
        'unknown subscriptions',
        { url: 'https://example.com', subscriptions: ['order.payed'] },
        'subscriptions',
      ],
      ['nothing', {}, 'url'],
    ] as const) {
      it(`refuses a webhook with ${what}`, async () => {
        const headers = { 'x-account': '1', 'content-type': 'application/json' };
        const { status, code, answer } = await world.send(
          'POST',
          '/admin/webhooks',
          headers,
          JSON.stringify(body),
        );
        expect({ status, code }).to.deep.equal({ status: 422, code: 'VALIDATION_FAILED' });
        expect(answer).to.have.nested.property(`error.details.fields.${field}`);
      });
    }

    it("answers 404 to another account's ids", async () => {
      const headers = { 'x-account': '1', 'content-type': 'application/json' };
      const body = JSON.stringify({ url: 'https://example.com/in', subscriptions: ['order.paid'] });
      const { answer } = await world.send('POST', '/admin/webhooks', headers, body);
      const { id } = answer as unknown as { id: string };
      expect(await world.send('GET', `/admin/webhooks/${id}`, { 'x-account': '1' })).to.include({
        status: 200,
      });
      expect(await world.send('GET', `/admin/webhooks/${id}`, { 'x-account': '2' })).to.include({
        status: 404,
        code: 'NOT_FOUND',
      });
    });

    it('has logged no error for any of it', () => {
      expect(world.logger.of('error')).to.deep.equal([]);
    });
  });
}

describe('bad input at start', () => {
  it('is refused: sources without a secret', async () => {
    for (const make of [github, stripe, standardWebhooks]) {
      for (const secret of ['', '  ', undefined, []]) {
        await expectError('SOURCE_SECRET_MISSING', () => make({ secret: secret as string }));
      }
    }
  });

  for (const [what, args] of [
    ['options in place of the hub', [{ authorize: () => true }]],
    ['a source that is none', [createHub(), { sources: { github: {} } }]],
    ['an authorizer that is no function', [createHub(), { authorize: 'staff' }]],
    ['a body limit that is no number', [createHub(), { maxBodyBytes: '1mb' }]],
  ] as const) {
    it(`is refused: ${what}`, async () => {
      await expectError('OPTION_INVALID', () => expressWebhooks(...(args as unknown as [])));
      await expectError('OPTION_INVALID', () => koaWebhooks(...(args as unknown as [])));
    });
  }

  for (const [what, option] of [
    ['a timeout of 0', { delivery: { timeoutMs: 0 } }],
    ['a lease shorter than a second', { leaseMs: 999 }],
    ['no role', { roles: [] }],
    ['a misspelt retention, whose default would remove rows', { retention: { finshedMs: 1 } as object }],
    ['a run that may take no time', { listenerTimeoutMs: 0 }],
    ['exhausted rows kept shorter than others', { retention: { exhaustedMs: 1_000 } }],
    ['a concurrency that is no whole number', { delivery: { concurrency: 1.5 } }],
    ['an encryption key of the wrong length', { encryptionKey: 'c2hvcnQ=' }],
    ['an address that is none', { delivery: { allowAddresses: ['localhost'] } }],
    ['a retry policy that is none', { retry: 'often' as never }],
    ['a list of delays with a hole', { retry: [1_000, Number.NaN] }],
  ] as const) {
    it(`is refused: ${what}`, async () => {
      await expectError('OPTION_INVALID', () => createHub(option));
    });
  }
});
