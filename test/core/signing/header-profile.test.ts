import { defineSender, github, hmac, type RequestInput, signed, standardWebhooks } from '@hookline/core';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import type { HeaderProfile } from '../../../packages/core/src/signing/header-profile.js';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const URL = 'https://receiver.example/hook';

/** What a receiver of a webhook with this profile got of two deliveries, one before and one after a rotation. */
async function send(settings: { profile?: HeaderProfile; signature?: 'v1' | 'v1a' }) {
  const { hub, http, clock } = buildHub();
  const { webhook, secret } = await hub.webhooks.create({ url: URL, subscriptions: ['*'], ...settings });
  const event = await hub.dispatch('order.paid', { total: 12 });
  await hub.drain();
  const rotated = await hub.webhooks.rotateSecret(webhook.id);
  await hub.dispatch('order.paid', { total: 13 });
  await hub.drain();
  const [first, second] = http.sent.map(({ headers, body }) => ({ headers, body }));
  await hub.close();
  if (!first || !second) throw new Error('nothing was sent');
  return { event, webhook, secret, rotated, first, second, now: clock.now() };
}

type Sent = Awaited<ReturnType<typeof send>>['first'];
const arrived = ({ headers, body }: Sent): RequestInput => ({ method: 'POST', url: '/', headers, body });

describe('a webhook with the profile', () => {
  for (const profile of ['standard', 'svix'] as const) {
    it(`${profile} is verified with the old and the new secret while they overlap`, async () => {
      const { secret, rotated, first, second, event } = await send({ profile });
      const prefix = profile === 'standard' ? 'webhook' : 'svix';
      expect(first.headers).to.include({ [`${prefix}-id`]: event.id });
      for (const [sent, known] of [
        [first, secret],
        [second, secret],
        [second, rotated],
      ] as const) {
        const reference = new Webhook(known);
        const at = new Date(Number(sent.headers[`${prefix}-timestamp`]) * 1_000);
        const expected = reference.sign(sent.headers[`${prefix}-id`] ?? '', at, String(sent.body));
        expect(sent.headers[`${prefix}-signature`]?.split(' ')).to.include(expected);
      }
    });
  }

  it('standard is what another Hookline takes, also signed by Ed25519', async () => {
    for (const signature of ['v1', 'v1a'] as const) {
      const { secret, rotated, first, second, now } = await send({ signature });
      expect(secret).to.match(signature === 'v1' ? /^whsec_/ : /^whpk_/);
      for (const [sent, known] of [
        [first, secret],
        [second, secret],
        [second, rotated],
      ] as const) {
        const verified = standardWebhooks({ secret: known }).verify(arrived(sent), now);
        expect(verified.type).to.equal('order.paid');
      }
    }
  });

  it('stripe is taken by npm stripe, with the old and the new secret while they overlap', async () => {
    const { secret, rotated, first, second, now } = await send({ profile: 'stripe' });
    const stripe = new Stripe('sk_test_none');
    for (const [sent, known] of [
      [first, secret],
      [second, secret],
      [second, rotated],
    ] as const) {
      const header = sent.headers['stripe-signature'] ?? '';
      const constructed = stripe.webhooks.constructEvent(
        sent.body,
        header,
        known,
        300,
        undefined,
        now / 1_000,
      );
      expect(constructed.type).to.equal('order.paid');
    }
  });

  it('github is what a receiver of GitHub takes, by the newest secret', async () => {
    const { secret, rotated, first, second, event, webhook, now } = await send({ profile: 'github' });
    expect(first.headers).to.include({
      'x-github-event': 'order.paid',
      'x-github-delivery': event.id,
      'x-github-hook-id': webhook.id,
    });
    for (const [sent, known] of [
      [first, secret],
      [second, rotated],
    ] as const) {
      const verified = github({ secret: known }).verify(arrived(sent), now);
      expect(verified.type).to.equal('order.paid');
    }
  });

  it('chatwoot has the timestamp in front of the body', async () => {
    const { secret, rotated, first, second, event, now } = await send({ profile: 'chatwoot' });
    expect(first.headers).to.include({ 'x-chatwoot-delivery': event.id });
    const source = (known: string) =>
      hmac({
        secret: known,
        header: 'x-chatwoot-signature',
        prefix: 'sha256=',
        timestamp: { header: 'x-chatwoot-timestamp' },
        id: { header: 'x-chatwoot-delivery' },
        type: { path: 'type' },
      });
    for (const [sent, known] of [
      [first, secret],
      [second, rotated],
    ] as const) {
      expect(source(known).verify(arrived(sent), now).id).to.match(/^evt_/);
    }
  });

  for (const profile of ['stripe', 'github', 'chatwoot'] as const) {
    it(`${profile} is refused with Ed25519, which it does not know`, async () => {
      const { hub } = buildHub();
      const input = { url: URL, subscriptions: ['*'], profile, signature: 'v1a' } as const;
      const error = await hub.webhooks.create(input).catch((each) => each);
      expect(error.details.fields).to.have.keys('profile');
      const { webhook } = await hub.webhooks.create({ ...input, signature: 'v1' });
      const refused = await hub.webhooks.rotateSecret(webhook.id, { signature: 'v1a' }).catch((each) => each);
      expect(refused.details.fields).to.have.keys('signature');
    });
  }

  it('standard changes from v1 to v1a by a rotation, and signs by both meanwhile', async () => {
    const { hub, http, clock } = buildHub();
    const { webhook, secret } = await hub.webhooks.create({ url: URL, subscriptions: ['*'] });
    const publicKey = await hub.webhooks.rotateSecret(webhook.id, { signature: 'v1a' });
    expect(await hub.webhooks.revealSecrets(webhook.id)).to.deep.equal([publicKey, secret]);
    await hub.dispatch('order.paid', {});
    await hub.drain();
    const [sent] = http.sent;
    expect(sent?.headers['webhook-signature']).to.match(/^v1a,\S+ v1,\S+$/);
    for (const known of [publicKey, secret]) {
      if (sent) standardWebhooks({ secret: known }).verify(arrived(sent), clock.now());
    }
  });
});

describe('a webhook in the style of a sender that the hub was given', () => {
  const shop = defineSender({
    kind: 'shop',
    title: 'Shop',
    docs: 'https://shop.example',
    evidence: 'docs',
    scheme: signed({ signature: 'X-Shop-Hmac', encoding: 'base64', timestamp: { header: 'X-Shop-Time' } }),
    id: { header: 'X-Shop-Id' },
    type: { header: 'X-Shop-Topic' },
  });

  it('is verified by the source of that sender, with the id and the type where it has them', async () => {
    const { hub, http, clock } = buildHub({ profiles: [shop] });
    const secret = 'a secret that the receiver has';
    await hub.webhooks.create({ url: URL, subscriptions: ['*'], profile: 'shop', secret });
    const event = await hub.dispatch('order.paid', { total: 12 });
    await hub.drain();
    const [sent] = http.sent;
    if (!sent) throw new Error('nothing was sent');
    expect(shop({ secret }).verify(arrived(sent), clock.now())).to.include({
      id: event.id,
      type: 'order.paid',
    });
    expect(sent.headers).to.include({ 'content-type': 'application/json' });
    await hub.close();
  });

  it('is refused where the hub has not that sender, and for secrets that are none of its', async () => {
    const hexed = defineSender({
      ...shop.sender,
      kind: 'hexed',
      scheme: signed({ signature: 'X-Shop-Hmac', secret: 'hex' }),
    });
    const { hub } = buildHub({ profiles: [shop, hexed] });
    const create = (profile: string, secret?: string) => () =>
      hub.webhooks.create({
        url: URL,
        subscriptions: ['*'],
        profile,
        ...(secret !== undefined && { secret }),
      });
    await expectError('VALIDATION_FAILED', create('shopp'));
    await expectError('VALIDATION_FAILED', create('hexed', 'no hex at all'));
    await hub.close();
  });

  for (const [what, profiles] of [
    [
      'a sender that signs with a private key',
      [
        defineSender({
          ...shop.sender,
          kind: 'keyed',
          scheme: signed({ signature: 'x', algorithm: 'ed25519' }),
        }),
      ],
    ],
    ['two of one name', [shop, shop]],
    ['one of the name of ours', [github]],
    ['what is no maker', [shop({ secret: 'called' })]],
  ] as const) {
    it(`cannot be had of ${what}`, async () => {
      await expectError('OPTION_INVALID', () => buildHub({ profiles: profiles as never }));
    });
  }
});
