import { createHmac, timingSafeEqual } from 'node:crypto';
import type { NewWebhook, OutboundRequest } from '@hookline/core';
import { verify } from '@octokit/webhooks-methods';
import { expect } from 'chai';
import Stripe from 'stripe';
import type { HeaderProfile } from '../../../packages/core/src/signing/header-profile.js';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const URL = 'https://receiver.example/hook';
const DAY = 86_400_000;

async function build(parts: Partial<NewWebhook>, encryptionKey?: string) {
  const world = buildHub(encryptionKey === undefined ? {} : { encryptionKey });
  const { hub, http } = world;
  const { webhook, secret } = await hub.webhooks.create({ url: URL, subscriptions: ['*'], ...parts });
  const send = async (): Promise<OutboundRequest> => {
    await hub.dispatch('order.paid', { total: 1 });
    await hub.drain();
    const sent = http.sent.at(-1);
    if (!sent) throw new Error('nothing was sent');
    return sent;
  };
  return { ...world, id: webhook.id, secret, send };
}

/** As the manual of each has its receivers verify. */
const VERIFY = {
  /** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
  github: ({ headers, body }: OutboundRequest, secret: string) =>
    isSame(
      `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      headers['x-hub-signature-256'],
    ),
  stripe: ({ headers, body }: OutboundRequest, secret: string, now: number) => {
    const { webhooks } = new Stripe('sk_test_none');
    try {
      webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret, 300, undefined, now / 1_000);
      return true;
    } catch {
      return false;
    }
  },
  chatwoot: ({ headers, body }: OutboundRequest, secret: string) => {
    const signed = `${headers['x-chatwoot-timestamp']}.${body.toString('utf8')}`;
    return isSame(
      `sha256=${createHmac('sha256', secret).update(signed).digest('hex')}`,
      headers['x-chatwoot-signature'],
    );
  },
};

function isSame(expected: string, got = ''): boolean {
  return expected.length === got.length && timingSafeEqual(Buffer.from(expected), Buffer.from(got));
}

describe('a secret that is plain text', () => {
  for (const profile of ['github', 'stripe', 'chatwoot'] as const) {
    for (const secret of [
      'my-github-secret',
      "It's a Secret to Everybody",
      'whsec_no/base64/but/what/the/sender/shows',
      'pässwörd für 🔑',
      'v1.0a1b2c3d.looks-sealed',
      '8letters',
      'x'.repeat(256),
    ]) {
      it(`signs for receivers of ${profile}: ${secret.slice(0, 30)}`, async () => {
        const made = await build({ profile, secret });
        const sent = await made.send();
        expect(made.secret).to.equal(secret);
        expect(await made.hub.webhooks.revealSecrets(made.id)).to.deep.equal([secret]);
        expect(VERIFY[profile](sent, secret, made.clock.now())).to.equal(true);
        expect(VERIFY[profile](sent, `${secret}.`, made.clock.now())).to.equal(false);
      });
    }

    it(`comes by a rotation, too, for ${profile}, and the newest signs`, async () => {
      const { hub, id, secret, send, clock } = await build({ profile, secret: 'the first one' });
      expect(await hub.webhooks.rotateSecret(id, { secret: 'the second one' })).to.equal('the second one');
      const sent = await send();
      expect(VERIFY[profile](sent, 'the second one', clock.now())).to.equal(true);
      expect(VERIFY[profile](sent, secret, clock.now())).to.equal(profile === 'stripe');
      const made = await hub.webhooks.rotateSecret(id);
      expect(made).to.match(/^whsec_/);
      expect(VERIFY[profile](await send(), made, clock.now())).to.equal(true);
    });
  }

  it('signs what @octokit/webhooks-methods verifies', async () => {
    const { send, secret } = await build({ profile: 'github', secret: 'my-github-secret' });
    const { headers, body } = await send();
    expect(await verify(secret, body.toString('utf8'), headers['x-hub-signature-256'] ?? '')).to.equal(true);
  });

  it('is sealed under the encryption key like any other, and in no answer but those that are for it', async () => {
    const keyOf = (letter: string) => Buffer.alloc(32, letter).toString('base64');
    const { hub, id, send, logger } = await build(
      { profile: 'github', secret: 'my-github-secret' },
      keyOf('a'),
    );
    await hub.webhooks.rotateSecret(id, { secret: 'my-other-secret' });
    await send();
    const shown = [await hub.webhooks.get(id), await hub.webhooks.list(), await hub.deliveries.list()];
    expect(JSON.stringify([shown, logger.lines])).to.not.match(/my-(github|other)-secret/);
    expect(await hub.webhooks.revealSecrets(id)).to.deep.equal(['my-other-secret', 'my-github-secret']);
  });

  for (const profile of ['standard', 'svix', undefined] as const) {
    it(`is refused for ${profile ?? 'the default profile'}, by an error that names the field and not the secret`, async () => {
      const settings = profile === undefined ? {} : { profile };
      const { hub, id } = await build(settings);
      const secret = 'my-github-secret';
      for (const attempt of [
        () => hub.webhooks.create({ url: URL, subscriptions: ['*'], ...settings, secret }),
        () => hub.webhooks.rotateSecret(id, { secret }),
      ]) {
        const error = await expectError('VALIDATION_FAILED', attempt);
        expect(error.details.fields).to.have.keys('secret');
        expect(error.message).to.include('"whsec_"').and.not.include(secret);
      }
    });
  }

  for (const [what, secret, said] of [
    ['7 characters', 'letters', '7 characters'],
    ['257 characters', 'x'.repeat(257), '257 characters'],
    ['nothing', '', 'an empty secret'],
    ['a line break', 'my-github-secret\n', 'some that cannot'],
    ['NUL', 'my\0github\0secret', 'some that cannot'],
    ['half a character', 'my-github-secret\ud83d', 'some that cannot'],
    ['a number', 12_345_678 as never, 'expected text'],
    ['null', null as never, 'expected text'],
  ] as readonly [string, string, string][]) {
    it(`is refused where it is ${what}`, async () => {
      const { hub, id } = await build({ profile: 'github' });
      for (const attempt of [
        () => hub.webhooks.create({ url: URL, subscriptions: ['*'], profile: 'github', secret }),
        () => hub.webhooks.rotateSecret(id, { secret }),
      ]) {
        const error = await expectError('VALIDATION_FAILED', attempt);
        expect(error.details.fields).to.have.keys('secret');
        expect((error.details.fields as { secret: string }).secret).to.include(said);
        expect(error.message).to.not.include('my-github');
      }
    });
  }

  it('keeps a private key apart: that is of Ed25519, which these receivers do not know', async () => {
    const { hub, id } = await build({ profile: 'github' });
    const secret = `whsk_${Buffer.alloc(32, 1).toString('base64')}`;
    const error = await expectError('VALIDATION_FAILED', () => hub.webhooks.rotateSecret(id, { secret }));
    expect(error.details.fields).to.have.keys('secret');
  });
});

describe('a change of the profile', () => {
  const change = (profile: HeaderProfile | null) => ({ profile });

  for (const to of ['standard', 'svix', null] as const) {
    it(`to ${to ?? 'the default'} is refused while a secret signs that is plain text`, async () => {
      const { hub, id, clock, send } = await build({ profile: 'github', secret: 'my-github-secret' });
      const refused = async () => {
        const error = await expectError('VALIDATION_FAILED', () => hub.webhooks.update(id, change(to)));
        expect(error.details.fields).to.have.keys('profile');
        expect(error.message).to.include('rotate').and.not.include('my-github-secret');
      };
      await refused();
      await hub.webhooks.rotateSecret(id);
      await refused();
      clock.advance(DAY);
      await hub.webhooks.update(id, change(to));
      expect((await send()).headers).to.have.property(to === 'svix' ? 'svix-signature' : 'webhook-signature');
    });
  }

  it('is taken at once after a rotation without an overlap, and among profiles that take text', async () => {
    const { hub, id } = await build({ profile: 'github', secret: 'my-github-secret' });
    await hub.webhooks.update(id, change('stripe'));
    await hub.webhooks.update(id, { description: 'something else' });
    await hub.webhooks.rotateSecret(id, { overlapMs: 0 });
    expect(await hub.webhooks.update(id, change('standard'))).to.include({ profile: 'standard' });
  });

  it('never meets a rotation at the same time that does not fit it', async () => {
    const { hub, id } = await build({ profile: 'github' });
    const secret = 'my-github-secret';
    const settled = await Promise.allSettled([
      hub.webhooks.rotateSecret(id, { secret }),
      hub.webhooks.update(id, change('standard')),
    ]);
    expect(settled.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    const webhook = await hub.webhooks.get(id);
    const secrets = await hub.webhooks.revealSecrets(id);
    expect(secrets.includes(secret)).to.equal(webhook?.profile === 'github');
  });
});
