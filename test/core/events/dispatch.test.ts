import {
  defineEvents,
  type Event,
  type EventOf,
  HooklineError,
  Listener,
  memoryStore,
  payload,
} from '@hookline/core';
import { expect } from 'chai';
import { buildEventRecord } from '../../../packages/core/src/events/build-event.js';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const events = defineEvents({
  'conversation.created': payload<{ id: number; tags?: string[] }>(),
  'conversation.status_changed': payload<{ id: number }>(),
  'message.created': payload<{ id: number }>(),
  'agent.added': payload<{ id: number }>({ visibility: 'internal' }),
});

describe('hub.dispatch', () => {
  it('answers an event that nobody can change, a copy of what was dispatched', async () => {
    const { hub, clock } = buildHub({ events });
    const tags = ['a'];
    const event = await hub.dispatch('conversation.created', { id: 1, tags }, { account: 42 });
    tags.push('b');
    expect(event).to.include({
      type: 'conversation.created',
      timestamp: clock.now(),
      accountId: 42,
      depth: 0,
    });
    expect(event.id).to.match(/^evt_[0-9a-z]{26}$/);
    expect(event.data).to.deep.equal({ id: 1, tags: ['a'] });
    expect(event.correlationId).to.equal(event.id);
    expect(() => (event.data.tags as string[]).push('c')).to.throw(TypeError);
    expect(() => Object.assign(event, { type: 'x' })).to.throw(TypeError);
  });

  it('carries changes, actor, subject and the chain of causes', async () => {
    const { hub } = buildHub({ events });
    const first = await hub.dispatch('conversation.created', { id: 1 });
    const event = await hub.dispatch(
      'conversation.status_changed',
      { id: 1 },
      {
        changes: { status: { previous: 'open', current: 'resolved' } },
        actor: { type: 'user', id: 7 },
        subject: { type: 'Conversation', id: 1 },
        cause: first,
        timestamp: 1_700_000_000_123,
      },
    );
    expect(event.changes).to.deep.equal({ status: { previous: 'open', current: 'resolved' } });
    expect(event.actor).to.deep.equal({ type: 'user', id: 7 });
    expect(event).to.include({
      causationId: first.id,
      correlationId: first.id,
      depth: 1,
      timestamp: 1_700_000_000_123,
    });
    const [found] = await hub.events.list({ subject: { type: 'Conversation', id: 1 } });
    expect(found).to.deep.equal(event);
  });

  it('refuses an unknown type and stores nothing', async () => {
    const { hub } = buildHub({ events });
    await expectError('EVENT_TYPE_UNKNOWN', () =>
      hub.dispatch('conversation.creatd' as 'conversation.created', { id: 1 }),
    );
    expect(await hub.events.list()).to.deep.equal([]);
  });

  for (const [name, data] of [
    ['a bigint', { id: 1n }],
    ['undefined', undefined],
    ['a function', () => {}],
    [
      'a circle',
      (() => {
        const loop: Record<string, unknown> = {};
        loop.self = loop;
        return loop;
      })(),
    ],
  ] as const) {
    it(`refuses ${name}, which JSON cannot carry`, async () => {
      const { hub } = buildHub();
      await expectError('EVENT_DATA_INVALID', () => hub.dispatch('order.paid', data));
    });
  }

  it('refuses a payload over the limit', async () => {
    const { hub } = buildHub({ maxPayloadBytes: 200 });
    const error = await expectError('EVENT_TOO_LARGE', () =>
      hub.dispatch('order.paid', { text: 'é'.repeat(100) }),
    );
    expect(error.details.bytes).to.be.greaterThan(200);
  });

  for (const account of [Number.NaN, 1.5, '', 'a\0b', {}, true]) {
    it(`refuses the account ${JSON.stringify(account)}`, async () => {
      const { hub } = buildHub();
      await expectError('OPTION_INVALID', () =>
        hub.dispatch('order.paid', {}, { account: account as never }),
      );
    });
  }

  it('refuses changes that JSON cannot carry', async () => {
    const { hub } = buildHub();
    const changes = { total: { previous: 1n, current: 2n } };
    await expectError('EVENT_DATA_INVALID', () => hub.dispatch('order.paid', {}, { changes }));
  });

  it('refuses a timestamp that is no instant', async () => {
    const { hub } = buildHub();
    await expectError('OPTION_INVALID', () => hub.dispatch('order.paid', {}, { timestamp: Number.NaN }));
  });

  it('takes nothing more once closed', async () => {
    const { hub } = buildHub({ events });
    await hub.close();
    await expectError('HUB_CLOSED', () => hub.dispatch('message.created', { id: 1 }));
  });
});

describe('listeners', () => {
  it('calls sync listeners in order before dispatch resolves', async () => {
    const { hub } = buildHub({ events });
    const calls: string[] = [];
    hub.on('message.created', async () => {
      await Promise.resolve();
      calls.push('first');
    });
    hub.on('message.*', () => void calls.push('second'));
    hub.on('*', () => void calls.push('third'));
    hub.on('conversation.*', () => void calls.push('never'));
    await hub.dispatch('message.created', { id: 1 });
    expect(calls).to.deep.equal(['first', 'second', 'third']);
  });

  it('keeps a failing listener from the others and from the caller', async () => {
    const { hub, logger } = buildHub({ events });
    const calls: string[] = [];
    hub.on(
      'message.created',
      () => {
        throw new Error('boom');
      },
      { name: 'faulty' },
    );
    hub.on('message.created', async () => {
      throw new Error('later');
    });
    hub.on('message.created', () => void calls.push('reached'));
    await hub.dispatch('message.created', { id: 1 });
    expect(calls).to.deep.equal(['reached']);
    const [line] = logger.of('error');
    expect(line?.message).to.match(/^Listener "faulty" failed on message.created evt_/);
    expect(line?.fields).to.include({ code: 'ERR_HOOKLINE_LISTENER_FAILED', cause: 'boom' });
  });

  it('tells onListenerError of each failure', async () => {
    const failures: unknown[] = [];
    const { hub } = buildHub({
      events,
      onListenerError: (error, event) => failures.push([error.code, event.type]),
    });
    hub.on('message.created', () => {
      throw new Error('boom');
    });
    await hub.dispatch('message.created', { id: 1 });
    expect(failures).to.deep.equal([['ERR_HOOKLINE_LISTENER_FAILED', 'message.created']]);
  });

  it('survives an onListenerError that fails itself', async () => {
    const fails = [
      () => {
        throw new Error('reporter broke');
      },
      async () => {
        throw new Error('reporter broke later');
      },
    ];
    for (const onListenerError of fails) {
      const { hub, http } = buildHub({ events, onListenerError });
      await hub.webhooks.create({ url: 'https://receiver.example/hook', subscriptions: ['*'] });
      let reached = 0;
      hub.on('message.created', () => Promise.reject(new Error('boom')));
      hub.on('message.created', () => {
        reached += 1;
      });
      await hub.dispatch('message.created', { id: 1 });
      await hub.drain();
      expect({ reached, sent: http.sent.length }).to.deep.equal({ reached: 1, sent: 1 });
    }
  });

  it('refuses what is neither a function nor a listener', async () => {
    const { hub } = buildHub({ events });
    await expectError('LISTENER_INVALID', () => hub.on('message.created', undefined as never));
    await expectError('LISTENER_INVALID', () => hub.use({} as never));
  });

  it('stops with the function that on() and use() answer', async () => {
    const { hub } = buildHub({ events });
    let calls = 0;
    const off = hub.on('message.created', () => {
      calls += 1;
    });
    await hub.dispatch('message.created', { id: 1 });
    off();
    await hub.dispatch('message.created', { id: 2 });
    expect(calls).to.equal(1);
  });

  it('lets an extension install itself, and takes it out again', async () => {
    const { hub } = buildHub({ events });
    const heard: string[] = [];
    const remove = hub.use({ install: (any) => any.on('message.*', (event) => void heard.push(event.type)) });
    await hub.dispatch('message.created', { id: 1 });
    remove();
    await hub.dispatch('message.created', { id: 2 });
    expect(heard).to.deep.equal(['message.created']);
  });

  it('gives a class the events its methods are named after, with its own `this`', async () => {
    class AuditListener extends Listener<typeof events> {
      readonly seen: unknown[] = [];
      conversationStatusChanged(event: EventOf<typeof events, 'conversation.status_changed'>) {
        this.seen.push([event.type, event.changes?.status]);
      }
    }
    const audit = new AuditListener();
    const { hub } = buildHub({ events, listeners: [audit] });
    await hub.dispatch(
      'conversation.status_changed',
      { id: 1 },
      { changes: { status: { previous: 'a', current: 'b' } } },
    );
    await hub.dispatch('message.created', { id: 1 });
    expect(audit.seen).to.deep.equal([['conversation.status_changed', { previous: 'a', current: 'b' }]]);
  });

  it('gives handle() what the patterns take in and no method takes', async () => {
    const seen: string[] = [];
    class CatchAll extends Listener<typeof events> {
      override readonly patterns = ['conversation.*'];
      conversationCreated() {
        seen.push('method');
      }
      override handle(event: Event) {
        seen.push(`handle ${event.type}`);
      }
    }
    const { hub } = buildHub({ events });
    hub.use(new CatchAll());
    await hub.dispatch('conversation.created', { id: 1 });
    await hub.dispatch('conversation.status_changed', { id: 1 });
    await hub.dispatch('message.created', { id: 1 });
    expect(seen).to.deep.equal(['method', 'handle conversation.status_changed']);
  });

  it('refuses a class that could never get an event, naming the method that was meant', async () => {
    class Mistaken extends Listener<typeof events> {
      conversationStatusChangd() {}
    }
    const { hub } = buildHub({ events });
    const error = await expectError('LISTENER_INVALID', () => hub.use(new Mistaken()));
    expect(error.message).to.include('did you mean conversationStatusChanged()');
  });

  it('warns about a deprecated event type', async () => {
    const { hub, logger } = buildHub({
      events: defineEvents({
        'message.posted': payload<unknown>({ deprecated: { replacement: 'message.created' } }),
        'message.created': payload<unknown>(),
      }),
    });
    hub.on('message.posted', () => {});
    const fields = { type: 'message.posted', replacement: 'message.created' };
    expect(logger.of('warn').map((line) => line.fields)).to.deep.include(fields);
  });

  it('warns about a method that is named almost after an event type', async () => {
    class Half extends Listener<typeof events> {
      messageCreated() {}
      conversationCraeted() {}
    }
    const { hub, logger } = buildHub({ events });
    hub.use(new Half());
    expect(logger.of('warn').map((line) => line.fields)).to.deep.include({
      listener: 'Half',
      method: 'conversationCraeted',
      meant: 'conversationCreated',
    });
  });

  it('refuses a pattern that no event can match', async () => {
    const { hub } = buildHub({ events });
    await expectError('EVENT_TYPE_UNKNOWN', () => hub.on('mesage.*' as 'message.*', () => {}));
  });
});

describe('a listener that hangs', () => {
  const hang = () => new Promise(() => {});

  it('keeps no other event and no other listener waiting', async () => {
    const store = memoryStore();
    const { hub, clock, logger } = buildHub({ events, store, leaseMs: 40_000 });
    const heard: string[] = [];
    hub.on('agent.added', hang, { name: 'hanging' });
    hub.on('*', (event) => void heard.push(event.type));
    await hub.start();
    for (const type of ['agent.added', 'message.created'] as const) {
      await hub.dispatch(type, { id: 1 }, { transaction: aCommittedTransaction() });
    }
    while (heard.length < 1) await new Promise(setImmediate);
    expect(heard).to.deep.equal(['message.created']);
    clock.advance(10_000);
    await hub.drain();
    expect(heard).to.deep.equal(['message.created', 'agent.added']);
    expect(logger.of('warn').map((line) => line.fields)).to.deep.include.members([
      {
        listener: 'hanging',
        eventId: (await hub.events.list({ type: 'agent.added' }))[0]?.id,
        patienceMs: 10_000,
      },
    ]);
  });

  it('is not begun a second time while it runs, even past the lease', async () => {
    const { hub, clock } = buildHub({ events, leaseMs: 40_000 });
    let calls = 0;
    hub.on('message.created', () => {
      calls += 1;
      return hang();
    });
    await hub.start();
    await hub.dispatch('message.created', { id: 1 }, { transaction: aCommittedTransaction() });
    while (calls === 0) await new Promise(setImmediate);
    clock.advance(5_000);
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    expect(calls).to.equal(1);
  });
});

/** Shows what is written in it at once. */
function aCommittedTransaction() {
  return { parent: null, afterCommit: (callback: () => void) => callback() };
}

describe('a hub', () => {
  it('relays nothing before it is started, so that listeners may be added first', async () => {
    const store = memoryStore();
    const before = buildHub({ events, store });
    await before.hub.start();
    await before.hub.close();
    await store.events.insert([buildRecord('message.created')]);
    const { hub } = buildHub({ events, store });
    await hub.webhooks.list();
    const heard: string[] = [];
    hub.on('message.created', (event) => void heard.push(event.type));
    await hub.drain();
    expect(heard).to.deep.equal(['message.created']);
  });

  it('that could not start tries again by itself', async () => {
    const store = memoryStore();
    let isAway = true;
    const open = async () => {
      if (isAway) throw new HooklineError('STORE_UNAVAILABLE', { store: 'memory' });
    };
    const { hub, clock, http } = buildHub({ events, store: { ...store, open } });
    await expectError('STORE_UNAVAILABLE', () => hub.start());
    await store.webhooks.insert(aWebhookRecord());
    await store.events.insert([buildRecord('message.created')]);
    isAway = false;
    clock.advance(1_000);
    while (http.sent.length === 0) await new Promise(setImmediate);
    expect(http.sent).to.have.length(1);
  });
});

function aWebhookRecord() {
  const sealed = `whsec_${Buffer.alloc(32).toString('base64')}`;
  const secrets = [{ sealed, createdAt: 0, expiresAt: null }];
  const url = 'https://receiver.example/hook';
  const times = { createdAt: 0, updatedAt: 0 };
  return {
    id: 'wh_1',
    accountId: null,
    url,
    subscriptions: ['*'],
    description: null,
    active: true,
    disabled: null,
    paused: false,
    settings: {},
    credentials: null,
    secrets,
    ...times,
  };
}

function buildRecord(type: string) {
  return buildEventRecord({
    id: `evt_${'0'.repeat(26)}`,
    type,
    visibility: 'subscribable',
    timestamp: 0,
    account: null,
    dataJson: '{"id":1}',
    maxPayloadBytes: 1_000,
  });
}

describe('the async lane', () => {
  it('wants a name for a function, since its runs are stored by it', async () => {
    const { hub } = buildHub({ events });
    await expectError('LISTENER_INVALID', () => hub.on('message.created', () => {}, { lane: 'async' }));
  });

  it('keeps an error whose text no database takes', async () => {
    const { hub } = buildHub({ events });
    const store = memoryStore();
    const other = buildHub({ events, store });
    other.hub.on(
      'message.created',
      () => {
        throw new Error(`a\0b${'x'.repeat(5_000)}`);
      },
      { lane: 'async', name: 'broken' },
    );
    const settled: unknown[] = [];
    const settle = store.runs.settle.bind(store.runs);
    store.runs.settle = async (results) => {
      settled.push(...results.map((result) => result.lastError));
      return settle(results);
    };
    await other.hub.dispatch('message.created', { id: 1 });
    await other.hub.drain();
    expect(settled).to.deep.equal([`a\uFFFDb${'x'.repeat(997)}`]);
    await hub.close();
  });

  it('runs after dispatch, and repeats only the listener that failed', async () => {
    const { hub, clock } = buildHub({ events });
    const calls: string[] = [];
    hub.on('message.created', () => void calls.push('steady'), { lane: 'async', name: 'steady' });
    hub.on(
      'message.created',
      () => {
        calls.push('shaky');
        if (calls.filter((call) => call === 'shaky').length < 3) throw new Error('not yet');
      },
      { lane: 'async', name: 'shaky' },
    );
    await hub.dispatch('message.created', { id: 1 });
    expect(calls).to.deep.equal([]);
    await hub.drain();
    expect(calls).to.deep.equal(['steady', 'shaky']);
    clock.advance(4_000);
    await hub.drain();
    clock.advance(20_000);
    await hub.drain();
    clock.advance(600_000);
    await hub.drain();
    expect(calls).to.deep.equal(['steady', 'shaky', 'shaky', 'shaky']);
  });

  it('gives up on a listener after its last attempt', async () => {
    const { hub, clock, logger } = buildHub({ events });
    let calls = 0;
    hub.on(
      'message.created',
      () => {
        calls += 1;
        throw new Error('never');
      },
      { lane: 'async', name: 'broken' },
    );
    await hub.dispatch('message.created', { id: 1 });
    for (let i = 0; i < 8; i++) {
      await hub.drain();
      clock.advance(3_600_000);
    }
    expect(calls).to.equal(5);
    expect(logger.of('error')).to.have.length(5);
  });

  it('refuses a second async listener of the same name', async () => {
    const { hub } = buildHub({ events });
    hub.on('message.created', () => {}, { lane: 'async', name: 'mailer' });
    await expectError('LISTENER_INVALID', () =>
      hub.on('message.created', () => {}, { lane: 'async', name: 'mailer' }),
    );
  });

  it('leaves a run to another process where the listener is not here, without using up its attempts', async () => {
    const { hub, clock } = buildHub({ events });
    const fail = () => {
      throw new Error('not yet');
    };
    const off = hub.on('message.created', fail, { lane: 'async', name: 'mailer' });
    await hub.dispatch('message.created', { id: 1 });
    await hub.drain();
    off();
    for (let i = 0; i < 10; i++) {
      await hub.drain();
      clock.advance(60_000);
    }
    let calls = 0;
    hub.on(
      'message.created',
      () => {
        calls += 1;
      },
      { lane: 'async', name: 'mailer' },
    );
    await hub.drain();
    expect(calls).to.equal(1);
  });

  it('takes the retry schedule of a listener, of a function and of a class alike', async () => {
    const { hub, clock } = buildHub({ events });
    const calls = { often: 0, once: 0 };
    class OnceListener extends Listener<typeof events> {
      override readonly lane = 'async';
      override readonly retry = [];
      messageCreated() {
        calls.once += 1;
        throw new Error('never');
      }
    }
    hub.use(new OnceListener());
    hub.on(
      'message.created',
      () => {
        calls.often += 1;
        throw new Error('never');
      },
      { lane: 'async', name: 'often', retry: [1_000, 1_000] },
    );
    await hub.dispatch('message.created', { id: 1 });
    for (let i = 0; i < 6; i++) {
      await hub.drain();
      clock.advance(60_000);
    }
    expect(calls).to.deep.equal({ often: 3, once: 1 });
  });

  it('counts a run that does not end as failed, once, and tries it again', async () => {
    const failures: string[] = [];
    const { hub, clock } = buildHub({
      events,
      listenerTimeoutMs: 5_000,
      listenerRetry: [1_000],
      onListenerError: ({ code }) => void failures.push(code),
    });
    let endLate = () => {};
    hub.on(
      'message.created',
      () =>
        new Promise((_, reject) => {
          endLate = () => reject(new Error('late'));
        }),
      { lane: 'async', name: 'slow' },
    );
    await hub.dispatch('message.created', { id: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(5_000);
    await new Promise((resolve) => setImmediate(resolve));
    endLate();
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).to.deep.equal(['ERR_HOOKLINE_LISTENER_TIMEOUT']);
  });

  it('keeps no delivery waiting for listeners that hang', async () => {
    const { hub, http } = buildHub({ events, delivery: { concurrency: 2 } });
    await hub.webhooks.create({ url: 'https://receiver.example', subscriptions: ['conversation.created'] });
    hub.on('message.created', () => new Promise(() => {}), { lane: 'async', name: 'hangs' });
    for (let id = 0; id < 10; id++) await hub.dispatch('message.created', { id });
    await hub.dispatch('conversation.created', { id: 1 });
    for (let turns = 0; turns < 50 && http.sent.length === 0; turns++)
      await new Promise((resolve) => setImmediate(resolve));
    expect(http.sent).to.have.length(1);
  });

  for (const options of [
    { lane: 'Async', name: 'x' },
    { lane: 'sync', retry: [1_000] },
  ]) {
    it(`refuses a listener with ${JSON.stringify(options)}`, async () => {
      const { hub } = buildHub({ events });
      await expectError('LISTENER_INVALID', () => hub.on('message.created', () => {}, options as object));
    });
  }
});
