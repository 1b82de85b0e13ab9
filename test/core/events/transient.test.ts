import { defineEvents, type Event, type HubOptions, Listener, memoryStore, payload } from '@hookline/core';
import { expect } from 'chai';
import { z } from 'zod';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const events = defineEvents({
  'typing.started': payload<{ userId: number; tags?: string[]; at?: Date }>({ transient: true }),
  'typing.checked': payload(z.object({ name: z.string().trim() }), { transient: true }),
  'typing.looked_up': payload(z.object({ name: z.string().refine(async (name) => name !== '') }), {
    transient: true,
  }),
  'message.created': payload<{ id: number }>(),
});

function build(options: Partial<HubOptions<typeof events>> = {}) {
  return buildHub({ events, ...options });
}

describe('a transient event', () => {
  it('is heard like any other, with the whole envelope and a frozen copy of the data', async () => {
    const { hub, clock } = build();
    const cause = await hub.dispatch('message.created', { id: 1 });
    const heard: Event[] = [];
    hub.on('typing.*', (event) => void heard.push(event));
    const tags = ['a'];
    const given = {
      changes: { state: { previous: 'idle', current: 'typing' } },
      actor: { type: 'user', id: 7 },
      subject: { type: 'Conversation', id: 9 },
    };
    const event = await hub.dispatch('typing.started', { userId: 7, tags }, { account: 42, cause, ...given });
    tags.push('b');
    expect(heard).to.deep.equal([event]);
    expect(event.id).to.match(/^evt_[0-9a-z]{26}$/);
    expect(Object.entries(event)).to.deep.equal([
      ['id', event.id],
      ['type', 'typing.started'],
      ['timestamp', clock.now()],
      ['accountId', 42],
      ['data', { userId: 7, tags: ['a'] }],
      ...Object.entries(given),
      ['causationId', cause.id],
      ['correlationId', cause.correlationId],
      ['depth', 1],
    ]);
    for (const part of [event, event.data, event.data.tags, event.changes?.state, event.actor, event.subject])
      expect(part).to.be.frozen;
  });

  it('has no keys for what was not given', async () => {
    const { hub } = build();
    const event = await hub.dispatch('typing.started', { userId: 1 }, { timestamp: 5 });
    const keys = ['id', 'type', 'timestamp', 'accountId', 'data', 'causationId', 'correlationId', 'depth'];
    expect(Object.keys(event)).to.deep.equal(keys);
    expect(event).to.include({ timestamp: 5, accountId: null, correlationId: event.id, depth: 0 });
  });

  it('is heard before dispatch has answered, where nothing is waited for', () => {
    const { hub } = build();
    let heard = 0;
    hub.on('typing.started', ({ data }) => {
      heard += data.userId;
    });
    void hub.dispatch('typing.started', { userId: 3 });
    expect(heard).to.equal(3);
  });

  it('carries what JSON makes of its data, like any other', async () => {
    const { hub } = build();
    const event = await hub.dispatch('typing.started', { userId: 1, at: new Date(0) });
    expect(event.data).to.deep.equal({ userId: 1, at: '1970-01-01T00:00:00.000Z' });
    expect(event.data).to.be.frozen;
    await expectError('EVENT_DATA_INVALID', () => hub.dispatch('typing.started', undefined as never));
    await expectError('EVENT_DATA_INVALID', () => hub.dispatch('typing.started', { userId: 1n } as never));
  });

  it('is checked by its schema, whether that answers at once or later', async () => {
    const { hub } = build();
    expect((await hub.dispatch('typing.checked', { name: ' Ada ' })).data).to.deep.equal({ name: 'Ada' });
    expect((await hub.dispatch('typing.looked_up', { name: 'Ada' })).data).to.deep.equal({ name: 'Ada' });
    await expectError('EVENT_DATA_INVALID', () => hub.dispatch('typing.checked', { name: 1 } as never));
    await expectError('EVENT_DATA_INVALID', () => hub.dispatch('typing.looked_up', { name: '' }));
  });

  it('is refused over the limit, and taken up to it', async () => {
    const { hub } = build({ maxPayloadBytes: 3_000 });
    const tagged = (length: number) => ({ userId: 1, tags: ['x'.repeat(length)] });
    const event = await hub.dispatch('typing.started', tagged(2_800));
    expect(event.data.tags?.[0]).to.have.length(2_800);
    const error = await expectError('EVENT_TOO_LARGE', () => hub.dispatch('typing.started', tagged(2_950)));
    expect(error.details).to.include({ type: 'typing.started', maxBytes: 3_000 });
  });

  it('is stored nowhere, reaches no webhook, and begins no work', async () => {
    const store = memoryStore();
    let opened = 0;
    const open = async () => {
      opened += 1;
    };
    const { hub, http } = build({ store: { ...store, open } });
    await hub.dispatch('typing.started', { userId: 1 });
    expect(opened).to.equal(0);
    await hub.webhooks.create({ url: 'https://receiver.example/hook', subscriptions: ['*'] });
    await hub.dispatch('typing.started', { userId: 1 });
    await hub.drain();
    expect(await hub.events.list()).to.deep.equal([]);
    expect(http.sent).to.deep.equal([]);
    const subscriptions = ['typing.started'];
    await expectError('VALIDATION_FAILED', () =>
      hub.webhooks.create({ url: 'https://receiver.example/hook', subscriptions }),
    );
  });

  it('passes by async listeners of broader patterns', async () => {
    const { hub } = build();
    const heard: string[] = [];
    hub.on('*', ({ type }) => void heard.push(type), { lane: 'async', name: 'all' });
    await hub.dispatch('typing.started', { userId: 1 });
    await hub.dispatch('message.created', { id: 1 });
    await hub.drain();
    expect(heard).to.deep.equal(['message.created']);
  });

  it('is refused to async listeners that ask for nothing else', async () => {
    class ByMethod extends Listener<typeof events> {
      override readonly lane = 'async';
      messageCreated() {}
      typingStarted() {}
    }
    class ByPattern extends Listener<typeof events> {
      override readonly lane = 'async';
      override readonly patterns = ['message.*', 'typing.*'];
      override handle() {}
    }
    const { hub } = build();
    for (const pattern of ['typing.started', 'typing.*'] as const) {
      const error = await expectError('LISTENER_INVALID', () =>
        hub.on(pattern, () => {}, { lane: 'async', name: 'late' }),
      );
      expect(error.message).to.include(`"${pattern}" is transient`);
    }
    await expectError('LISTENER_INVALID', () => hub.use(new ByMethod()));
    await expectError('LISTENER_INVALID', () => hub.use(new ByPattern()));
  });

  it('takes no transaction, and joins none that it is not given', async () => {
    const store = { ...memoryStore(), ambientTransaction: () => ({ afterCommit: () => {} }) };
    const { hub } = build({ store });
    let heard = 0;
    hub.on('typing.started', () => {
      heard += 1;
    });
    const transaction = { afterCommit: () => {} };
    const error = await expectError('OPTION_INVALID', () =>
      hub.dispatch('typing.started', { userId: 1 }, { transaction }),
    );
    expect(error.message).to.include('transient').and.include('cannot commit');
    expect(heard).to.equal(0);
    await hub.dispatch('typing.started', { userId: 1 });
    await hub.dispatch('typing.started', { userId: 1 }, { transaction: null });
    expect(heard).to.equal(2);
  });

  it('keeps a listener that fails from the others and from the caller', async () => {
    const failures: unknown[] = [];
    const { hub } = build({
      onListenerError: ({ code, cause }, { id }) => void failures.push([code, cause, id]),
    });
    const [now, later] = [new Error('now'), new Error('later')];
    const heard: number[] = [];
    hub.on('typing.started', () => {
      throw now;
    });
    hub.on('typing.started', async () => Promise.reject(later));
    hub.on('typing.started', ({ data }) => void heard.push(data.userId));
    const { id } = await hub.dispatch('typing.started', { userId: 1 });
    expect(heard).to.deep.equal([1]);
    expect(failures).to.deep.equal([
      ['ERR_HOOKLINE_LISTENER_FAILED', now, id],
      ['ERR_HOOKLINE_LISTENER_FAILED', later, id],
    ]);
  });

  it('waits for listeners in order, one that hangs for as long as the lane has patience', async () => {
    const { hub, clock, logger } = build({ leaseMs: 40_000 });
    const heard: string[] = [];
    hub.on('typing.started', async () => {
      await new Promise(setImmediate);
      heard.push('slow');
    });
    hub.on('typing.started', () => new Promise(() => {}), { name: 'hanging' });
    hub.on('typing.started', () => void heard.push('last'));
    const dispatching = hub.dispatch('typing.started', { userId: 1 });
    while (heard.length < 1) await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(heard).to.deep.equal(['slow']);
    clock.advance(10_000);
    const { id } = await dispatching;
    expect(heard).to.deep.equal(['slow', 'last']);
    expect(logger.of('warn').map(({ fields }) => fields)).to.deep.equal([
      { listener: 'hanging', eventId: id, patienceMs: 10_000 },
    ]);
  });

  it('is refused by a hub that was closed, and where nobody knows its type', async () => {
    const { hub } = build();
    await expectError('EVENT_TYPE_UNKNOWN', () => hub.dispatch('typing.stoped' as never, {} as never));
    await hub.close();
    await expectError('HUB_CLOSED', () => hub.dispatch('typing.started', { userId: 1 }));
  });

  it('has the same refusals of options as any other', async () => {
    const { hub } = build();
    await expectError('OPTION_INVALID', () =>
      hub.dispatch('typing.started', { userId: 1 }, { account: 1.5 }),
    );
    await expectError('OPTION_INVALID', () =>
      hub.dispatch('typing.started', { userId: 1 }, { timestamp: Number.NaN }),
    );
  });

  it('is told of in the catalogue', () => {
    const { hub } = build();
    const told = hub.eventTypes.filter(({ transient }) => transient).map(({ type }) => type);
    expect(told).to.deep.equal(['typing.started', 'typing.checked', 'typing.looked_up']);
  });
});
