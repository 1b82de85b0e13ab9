import { defineEvents, payload } from '@hookline/core';
import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { inProcessQueue } from '../../../packages/core/src/adapters/in-process-queue.js';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const events = defineEvents({
  'message.created': payload<{ id: number }>(),
  'message.posted': payload<{ id: number }>({ deprecated: { replacement: 'message.created' } }),
  'agent.added': payload<{ id: number }>({ visibility: 'internal' }),
});
const URL = 'https://receiver.example/hook';
const valid = { url: URL, subscriptions: ['message.created'] };

describe('hub.webhooks.create', () => {
  it('makes a secret and shows it once', async () => {
    const { hub } = buildHub({ events });
    const { webhook, secret } = await hub.webhooks.create({ ...valid, accountId: 42, description: 'CRM' });
    expect(secret).to.match(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhook).to.deep.include({
      accountId: '42',
      url: URL,
      subscriptions: ['message.created'],
      active: true,
      description: 'CRM',
    });
    expect(
      JSON.stringify([webhook, await hub.webhooks.list(), await hub.webhooks.get(webhook.id)]),
    ).to.not.include('whsec_');
  });

  it('takes a secret of the receiver', async () => {
    const { hub } = buildHub({ events });
    const mine = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const { webhook } = await hub.webhooks.create({ ...valid, secret: mine });
    expect(await hub.webhooks.revealSecrets(webhook.id)).to.deep.equal([mine]);
  });

  for (const [name, input, field] of [
    ['no URL', { subscriptions: ['*'] }, 'url'],
    ['a malformed URL', { ...valid, url: 'nonsense' }, 'url'],
    ['credentials in the URL', { ...valid, url: 'https://a:b@receiver.example' }, 'url'],
    ['a private address', { ...valid, url: 'http://10.0.0.1/' }, 'url'],
    ['no subscriptions', { url: URL }, 'subscriptions'],
    ['empty subscriptions', { ...valid, subscriptions: [] }, 'subscriptions'],
    ['subscriptions that are text', { ...valid, subscriptions: 'message.created' }, 'subscriptions'],
    ['an unknown subscription', { ...valid, subscriptions: ['mesage.created'] }, 'subscriptions'],
    ['an internal subscription', { ...valid, subscriptions: ['agent.added'] }, 'subscriptions'],
    ['a short secret', { ...valid, secret: 'whsec_c2hvcnQ=' }, 'secret'],
    ['an unknown field', { ...valid, uri: URL }, 'uri'],
    ['a flag that is text', { ...valid, active: 'yes' }, 'active'],
    ['a port that is none', { ...valid, url: 'https://receiver.example:0/' }, 'url'],
    [
      'a rate limit with a field of every object',
      { ...valid, rateLimit: { count: 1, perMs: 1_000, toString: 1 } },
      'rateLimit',
    ],
    [
      'a rate limit with a prototype of its own',
      { ...valid, rateLimit: JSON.parse('{"count":1,"perMs":1000,"__proto__":1}') },
      'rateLimit',
    ],
    ['a filter that can match nothing', { ...valid, filter: { total: 1 } }, 'filter'],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const { hub } = buildHub({ events });
      const error = await expectError('VALIDATION_FAILED', () => hub.webhooks.create(input as never));
      expect(error.details.fields).to.have.property(field);
      expect(await hub.webhooks.list()).to.deep.equal([]);
    });
  }

  it('names the nearest event type', async () => {
    const { hub } = buildHub({ events });
    const error = await expectError('VALIDATION_FAILED', () =>
      hub.webhooks.create({ ...valid, subscriptions: ['mesage.created'] }),
    );
    expect(error.message).to.include('did you mean "message.created"?');
  });

  it('refuses http where only https is allowed', async () => {
    const { hub } = buildHub({ events, delivery: { httpsOnly: true } });
    await expectError('VALIDATION_FAILED', () =>
      hub.webhooks.create({ ...valid, url: 'http://receiver.example/' }),
    );
  });

  it('warns about a deprecated event type', async () => {
    const { hub, logger } = buildHub({ events });
    await hub.webhooks.create({ ...valid, subscriptions: ['message.posted'] });
    expect(logger.of('warn').map((line) => line.fields)).to.deep.include({
      type: 'message.posted',
      replacement: 'message.created',
    });
  });
});

describe('hub.webhooks', () => {
  it('shows, changes and deletes only what is of the account', async () => {
    const { hub } = buildHub({ events });
    const { webhook } = await hub.webhooks.create({ ...valid, accountId: 1 });
    const stranger = { accountId: 2 };
    expect(await hub.webhooks.get(webhook.id, stranger)).to.equal(null);
    expect(await hub.webhooks.list(stranger)).to.deep.equal([]);
    await expectError('NOT_FOUND', () => hub.webhooks.update(webhook.id, { active: false }, stranger));
    await expectError('NOT_FOUND', () => hub.webhooks.revealSecrets(webhook.id, stranger));
    await expectError('NOT_FOUND', () => hub.webhooks.rotateSecret(webhook.id, stranger));
    await expectError('NOT_FOUND', () => hub.webhooks.test(webhook.id, stranger));
    await expectError('NOT_FOUND', () => hub.webhooks.delete(webhook.id, stranger));
    expect(await hub.webhooks.update(webhook.id, { description: 'x' }, { accountId: 1 })).to.include({
      description: 'x',
    });
    await hub.webhooks.delete(webhook.id, { accountId: 1 });
    expect(await hub.webhooks.get(webhook.id)).to.equal(null);
  });

  it('pages through webhooks, newest first', async () => {
    const { hub, clock } = buildHub({ events });
    for (let i = 0; i < 5; i++) {
      clock.advance(1);
      await hub.webhooks.create({ ...valid, description: String(i) });
    }
    const first = await hub.webhooks.list({ limit: 2 });
    const second = await hub.webhooks.list({ limit: 2, before: first.at(-1)?.id ?? '' });
    expect([...first, ...second].map((webhook) => webhook.description)).to.deep.equal(['4', '3', '2', '1']);
    await expectError('VALIDATION_FAILED', () => hub.webhooks.list({ limit: 0 }));
  });
});

describe('rotating a secret', () => {
  it('signs with both for the overlap, then with the new one alone', async () => {
    const { hub, http, clock } = buildHub({ events });
    const { webhook, secret: first } = await hub.webhooks.create(valid);
    const second = await hub.webhooks.rotateSecret(webhook.id, { overlapMs: 60_000 });
    expect(await hub.webhooks.revealSecrets(webhook.id)).to.deep.equal([second, first]);

    const signatures = async () => {
      await hub.dispatch('message.created', { id: 1 });
      await hub.drain();
      const request = http.sent.at(-1);
      const at = new Date(Number(request?.headers['webhook-timestamp']) * 1_000);
      const by = (secret: string) =>
        new StandardWebhook(secret).sign(request?.headers['webhook-id'] ?? '', at, String(request?.body));
      return { header: request?.headers['webhook-signature'], byFirst: by(first), bySecond: by(second) };
    };
    const during = await signatures();
    expect(during.header).to.equal(`${during.bySecond} ${during.byFirst}`);
    clock.advance(60_000);
    const after = await signatures();
    expect(after.header).to.equal(after.bySecond);
    expect(await hub.webhooks.revealSecrets(webhook.id)).to.deep.equal([second]);
  });

  it('loses no secret that was given out when two rotate at the same time', async () => {
    const { hub } = buildHub({ events });
    const { webhook } = await hub.webhooks.create(valid);
    const made = await Promise.all([1, 2, 3].map(() => hub.webhooks.rotateSecret(webhook.id)));
    expect(await hub.webhooks.revealSecrets(webhook.id)).to.include.members(made);
  });

  it('changes neither secret nor account by update', async () => {
    const { hub } = buildHub({ events });
    const { webhook } = await hub.webhooks.create(valid);
    for (const change of [{ secret: 'whsec_x' }, { accountId: 7 }]) {
      await expectError('VALIDATION_FAILED', () => hub.webhooks.update(webhook.id, change as never));
    }
  });

  it('refuses an overlap out of range', async () => {
    const { hub } = buildHub({ events });
    const { webhook } = await hub.webhooks.create(valid);
    await expectError('VALIDATION_FAILED', () => hub.webhooks.rotateSecret(webhook.id, { overlapMs: -1 }));
  });
});

describe('secrets at rest', () => {
  const encryptionKey = Buffer.alloc(32, 1).toString('base64');

  it('are sealed with the encryption key, and sign all the same', async () => {
    const { memoryStore } = await import('../../../packages/core/src/adapters/memory-store.js');
    const store = memoryStore();
    const { hub, http } = buildHub({ events, store, encryptionKey });
    const { webhook, secret } = await hub.webhooks.create(valid);
    const record = await store.webhooks.get(webhook.id, {});
    expect(JSON.stringify(record)).to.not.include(secret).and.not.include(secret.slice('whsec_'.length));
    expect(await hub.webhooks.revealSecrets(webhook.id)).to.deep.equal([secret]);
    await hub.dispatch('message.created', { id: 1 });
    await hub.drain();
    expect(http.sent).to.have.length(1);
  });

  it('are in no log line and in no job', async () => {
    const jobs: unknown[] = [];
    const queue = inProcessQueue(fakeClock());
    const enqueue = queue.enqueue.bind(queue);
    queue.enqueue = async (some, delayMs) => {
      jobs.push(...some);
      return enqueue(some, delayMs);
    };
    const { hub, http, logger } = buildHub({ events, queue, encryptionKey });
    const { webhook, secret } = await hub.webhooks.create(valid);
    const second = await hub.webhooks.rotateSecret(webhook.id);
    http.replyWith(500, 410);
    await hub.dispatch('message.created', { id: 1 });
    await hub.drain();
    await hub.webhooks.test(webhook.id);
    await hub.drain();
    expect(jobs).to.not.be.empty;
    expect(logger.lines).to.not.be.empty;
    const written = JSON.stringify([jobs, logger.lines]);
    for (const made of [secret, second]) expect(written).to.not.include(made.slice('whsec_'.length));
  });

  it('are demanded for a durable store in production', async () => {
    const { memoryStore } = await import('../../../packages/core/src/adapters/memory-store.js');
    const durable = { ...memoryStore(), durable: true };
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
    try {
      await expectError('ENCRYPTION_KEY_MISSING', () => buildHub({ events, store: durable }));
      buildHub({ events, store: durable, encryptionKey });
    } finally {
      if (before === undefined) delete process.env.NODE_ENV;
      else process.env.NODE_ENV = before;
    }
  });
});
