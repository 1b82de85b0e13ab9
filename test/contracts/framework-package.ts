import type { RequestListener } from 'node:http';
import { type AnyHub, createHub, defineEvents, github, hmac, payload } from '@hookline/core';
import type { AdminOptions, InboundOptions, WebhooksOptions } from '@hookline/core/adapter';
import { sign } from '@octokit/webhooks-methods';
import { expect } from 'chai';
import sinon from 'sinon';
import request from 'supertest';

/** What a framework package exports, and how an app is made of it. */
export interface FrameworkPackage<Middleware extends { readonly hub: AnyHub }> {
  webhooks(hub?: AnyHub, options?: WebhooksOptions): Middleware;
  inbound(hub: AnyHub, options?: InboundOptions): Middleware;
  admin(hub: AnyHub, options?: AdminOptions): Middleware;
  /** An app with a JSON parser that drops the bytes, or with captureRawBody in front of one, or with none. */
  listener(middleware: Middleware, parser: 'dropping' | 'captured' | 'none'): RequestListener;
}

const secret = 'It is a secret to everybody';

/** The public functions of a framework package, over a real hub. */
export function frameworkPackage<Middleware extends { readonly hub: AnyHub }>(
  name: string,
  { webhooks, inbound, admin, listener }: FrameworkPackage<Middleware>,
): void {
  describe(`${name}: the package`, () => {
    let hub: AnyHub;
    beforeEach(() => {
      hub = createHub({
        events: defineEvents({ 'order.placed': payload<{ id: number }>() }),
        logger: silent,
      });
    });
    afterEach(async () => {
      sinon.restore();
      await hub.close();
    });

    const issue = '{ "action": "opened","issue":{"title":"\\u00e9 é","score":1.0}, "repository":{} }';
    const deliver = async (middleware: Middleware, parser: 'dropping' | 'captured' | 'none', path: string) =>
      request(listener(middleware, parser))
        .post(path)
        .set({
          'x-github-event': 'issues',
          'x-github-delivery': 'one',
          'x-hub-signature-256': await sign(secret, issue),
        })
        .type('json')
        .send(issue);

    for (const parser of ['none', 'captured'] as const) {
      it(`makes an event of a signed request, with the parser: ${parser}`, async () => {
        const middleware = webhooks(hub, { sources: { github: github({ secret }) } });
        const response = await deliver(middleware, parser, '/webhooks/inbound/github');
        expect(response.status).to.equal(202);
        const event = await hub.events.get(response.body.eventId);
        expect(event).to.include({ type: 'github.issues.opened' });
        expect(event?.data).to.deep.include({ issue: { title: 'é é', score: 1 } });
      });
    }

    it('answers behind a parser that dropped the bytes with what to do', async () => {
      const middleware = inbound(hub, { sources: { github: github({ secret }) } });
      const response = await deliver(middleware, 'dropping', '/inbound/github');
      expect(response.status).to.equal(500);
      expect(response.body.error.code).to.equal('ERR_HOOKLINE_BODY_ALREADY_PARSED');
      expect(response.body.error.message).to.contain('captureRawBody');
    });

    it('refuses a body over maxBodyBytes', async () => {
      const sources = { partner: hmac({ secret, header: 'x-signature' }) };
      const middleware = inbound(hub, { sources, maxBodyBytes: 10 });
      const response = await request(listener(middleware, 'none'))
        .post('/inbound/partner')
        .send('x'.repeat(11));
      expect(response.status).to.equal(413);
    });

    it('serves the admin routes alone, behind a parser too, and to nobody without authorize', async () => {
      for (const parser of ['none', 'dropping'] as const) {
        const open = request(listener(admin(hub, { authorize: () => true }), parser));
        const created = await open
          .post('/admin/webhooks')
          .send({ url: 'https://receiver.example/hooks', subscriptions: ['order.*'] });
        expect(created.status).to.equal(201);
      }
      const shut = await request(listener(admin(hub), 'none')).get('/admin/webhooks');
      expect(shut.status).to.equal(403);
      expect(shut.body.error.code).to.equal('ERR_HOOKLINE_AUTHORIZER_MISSING');
    });

    it('needs no arguments, and shows its hub', async () => {
      sinon.stub(process.stderr, 'write').returns(true);
      const bare = webhooks();
      const response = await request(listener(bare, 'dropping')).post('/webhooks/inbound/nobody').send({});
      sinon.restore();
      expect(response.body.error.code).to.equal('ERR_HOOKLINE_SOURCE_UNKNOWN');
      expect(bare.hub.registry).to.be.an('object');
      await bare.hub.close();
    });
  });
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
