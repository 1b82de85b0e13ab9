import {
  defineEvents,
  type Event,
  type EventOf,
  HooklineError,
  Listener,
  type ListenerContext,
  memoryStore,
  payload,
  type Store,
} from '@hookline/core';
import type { FakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const events = defineEvents({
  'order.paid': payload<{ id: number }>(),
  'order.shipped': payload<{ id: number }>(),
});
const OPTIONS = { lane: 'async', name: 'books', transaction: true, retry: [1_000] } as const;

interface Ledger {
  readonly committed: string[];
  readonly writes: string[];
}

/** A memory store whose runs have transactions: what is written to one is in the ledger when it commits. */
function storeWithTransactions(onCommit: (count: number) => void = () => {}) {
  const store = memoryStore();
  const committed: string[] = [];
  let count = 0;
  const settleWith: Store['runs']['settleWith'] = async (work) => {
    const transaction: Ledger = { committed, writes: [] };
    const isSettled = await store.runs.settleWith(async () => {
      const result = await work(transaction);
      if (result !== null) onCommit(++count);
      return result;
    });
    if (isSettled) committed.push(...transaction.writes);
    return isSettled;
  };
  const { runs } = store;
  const withTransactions: Store['runs'] = {
    claim: (request) => runs.claim(request),
    settle: (results) => runs.settle(results),
    renew: (claims, leasedUntil) => runs.renew(claims, leasedUntil),
    release: (ids, lease) => runs.release(ids, lease),
    promote: (turns, now) => runs.promote(turns, now),
    waitingGroups: (limit) => runs.waitingGroups(limit),
    settleWith,
  };
  return { store: { ...store, runs: withTransactions }, committed };
}

function build(onCommit?: (count: number) => void, options = {}) {
  const { store, committed } = storeWithTransactions(onCommit);
  const errors: HooklineError[] = [];
  const onListenerError = (error: HooklineError) => void errors.push(error);
  return { ...buildHub({ events, store, onListenerError, ...options }), committed, errors };
}

/** Lets time go by in small steps, with what is waiting for it in between. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    clock.advance(100);
    await new Promise(setImmediate);
  }
}

const write = ({ data }: EventOf<typeof events, 'order.paid'>, { transaction }: ListenerContext<Ledger>) =>
  void transaction?.writes.push(`order ${data.id}`);

describe('a transactional listener', () => {
  it('gets the transaction that its run is settled in, as a function', async () => {
    const { hub, committed } = build();
    hub.on('order.paid', write, OPTIONS);
    await hub.dispatch('order.paid', { id: 1 });
    await hub.drain();
    expect(committed).to.deep.equal(['order 1']);
  });

  it('gets it as a class, in its methods and in handle', async () => {
    class Books extends Listener<typeof events> {
      override readonly lane = 'async';
      override readonly transaction = true;
      override readonly patterns = ['order.*'];
      orderPaid(event: EventOf<typeof events, 'order.paid'>, context: ListenerContext<Ledger>) {
        write(event, context);
      }
      override handle({ type }: Event, { transaction }: ListenerContext) {
        (transaction as Ledger).writes.push(type);
      }
    }
    const { hub, committed } = build();
    hub.use(new Books());
    await hub.dispatchAll([
      { type: 'order.paid', data: { id: 1 } },
      { type: 'order.shipped', data: { id: 1 } },
    ]);
    await hub.drain();
    expect(committed).to.have.members(['order 1', 'order.shipped']);
  });

  it('gets null where the store has none', async () => {
    const { hub } = buildHub({ events });
    const contexts: unknown[] = [];
    hub.on('order.paid', (_event, context) => void contexts.push(context), OPTIONS);
    await hub.dispatch('order.paid', { id: 1 });
    await hub.drain();
    expect(contexts).to.deep.equal([{ transaction: null }]);
  });

  it('is the only one that gets any: others are called with their event alone', async () => {
    const { hub, committed } = build();
    const counts: number[] = [];
    const countArguments = (...args: readonly unknown[]) => void counts.push(args.length);
    hub.on('order.paid', countArguments);
    hub.on('order.paid', countArguments, { lane: 'async', name: 'plain' });
    hub.on('order.paid', countArguments, { lane: 'async', name: 'refusing', transaction: false });
    await hub.dispatch('order.paid', { id: 1 });
    await hub.drain();
    expect(counts).to.deep.equal([1, 1, 1]);
    expect(committed).to.deep.equal([]);
  });

  for (const options of [
    { lane: 'sync', transaction: true },
    { transaction: true },
    { lane: 'async', name: 'x', transaction: 'yes' },
  ]) {
    it(`is refused with ${JSON.stringify(options)}`, () => {
      const { hub } = build();
      return expectError('LISTENER_INVALID', () => hub.on('order.paid', () => {}, options as never));
    });
  }

  it('is refused as a class in the sync lane', () => {
    class Books extends Listener<typeof events> {
      override readonly transaction = true;
      orderPaid() {}
    }
    const { hub } = build();
    return expectError('LISTENER_INVALID', () => hub.use(new Books()));
  });

  it('keeps nothing of an attempt that failed, and is tried again by its schedule', async () => {
    const { hub, clock, committed, errors } = build();
    let attempts = 0;
    hub.on(
      'order.paid',
      (event, context: ListenerContext<Ledger>) => {
        write(event, context);
        attempts += 1;
        if (attempts === 1) throw new Error('boom');
      },
      OPTIONS,
    );
    await hub.dispatch('order.paid', { id: 1 });
    await hub.drain();
    expect([attempts, committed]).to.deep.equal([1, []]);
    expect(errors.map(({ code, cause }) => [code, String(cause)])).to.deep.equal([
      ['ERR_HOOKLINE_LISTENER_FAILED', 'Error: boom'],
    ]);
    clock.advance(1_000);
    await hub.drain();
    expect([attempts, committed]).to.deep.equal([2, ['order 1']]);
  });

  it('that does not end is tried again beside the transaction that it keeps open, which never commits', async () => {
    const { hub, clock, committed, errors } = build(undefined, { listenerTimeoutMs: 500 });
    let goOn = () => {};
    let attempts = 0;
    hub.on(
      'order.paid',
      async (event, context: ListenerContext<Ledger>) => {
        write(event, context);
        attempts += 1;
        if (attempts > 1) return;
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      },
      OPTIONS,
    );
    await hub.dispatch('order.paid', { id: 1 });
    await pass(clock, 1_700);
    await hub.drain();
    expect(errors.map(({ code }) => code)).to.deep.equal(['ERR_HOOKLINE_LISTENER_TIMEOUT']);
    expect(committed).to.deep.equal(['order 1']);
    goOn();
    await hub.drain();
    expect(committed).to.deep.equal(['order 1']);
  });

  it('has failed where the commit is refused', async () => {
    const { hub, clock, committed, errors } = build((count) => {
      if (count === 1) throw new Error('a deferred constraint');
    });
    hub.on('order.paid', write, OPTIONS);
    await hub.dispatch('order.paid', { id: 1 });
    await hub.drain();
    expect(errors.map(({ code, cause }) => [code, String(cause)])).to.deep.equal([
      ['ERR_HOOKLINE_LISTENER_FAILED', 'Error: a deferred constraint'],
    ]);
    expect(committed).to.deep.equal([]);
    clock.advance(1_000);
    await hub.drain();
    expect(committed).to.deep.equal(['order 1']);
  });

  it('is tried again when its lease ends where nobody knows whether it committed, without using up an attempt', async () => {
    const { hub, clock, committed, errors, logger } = build(
      (count) => {
        if (count === 1) throw new HooklineError('STORE_UNAVAILABLE', { store: 'sequelize' });
      },
      { leaseMs: 5_000 },
    );
    hub.on('order.paid', write, { ...OPTIONS, retry: [] });
    await hub.dispatch('order.paid', { id: 1 });
    await hub.drain();
    expect([errors, committed]).to.deep.equal([[], []]);
    expect(logger.of('warn').at(-1)?.fields).to.include({ listener: 'books' });
    await pass(clock, 6_000);
    await hub.drain();
    expect(committed).to.deep.equal(['order 1']);
  });

  it('keeps nothing where its run was given back meanwhile, as when the hub closes', async () => {
    const { hub, committed } = build();
    let goOn = () => {};
    const hasBegun = new Promise<void>((begun) => {
      hub.on(
        'order.paid',
        async (event, context: ListenerContext<Ledger>) => {
          write(event, context);
          begun();
          await new Promise<void>((resolve) => {
            goOn = resolve;
          });
        },
        OPTIONS,
      );
    });
    await hub.dispatch('order.paid', { id: 1 });
    await hasBegun;
    await hub.close({ timeoutMs: 0 });
    goOn();
    await new Promise(setImmediate);
    expect(committed).to.deep.equal([]);
  });
});
