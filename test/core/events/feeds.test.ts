import { defineEvents, type Feed, type Hub, memoryStore, payload, type WakeUp } from '@hookline/core';
import { expect } from 'chai';
import { buildEventRecord } from '../../../packages/core/src/events/build-event.js';
import { buildHub } from '../../support/build-hub.js';
import { pretendTransaction } from '../../support/pretend-transaction.js';

const events = defineEvents({ 'row.changed': payload<{ id: number }>() });

const BATCH = 2;
const SWEEP_MS = 1_000;

/** Has numbers, which become events a few at a time. */
class NumberFeed implements Feed {
  readonly name = 'numbers';
  readonly waiting: number[];
  pulls = 0;
  readonly #hub: Hub<typeof events>;

  constructor(hub: Hub<typeof events>, ...waiting: readonly number[]) {
    this.#hub = hub;
    this.waiting = [...waiting];
  }

  async pull(): Promise<number> {
    this.pulls += 1;
    const taken = this.waiting.slice(0, BATCH);
    await this.#hub.dispatchAll(taken.map((id) => ({ type: 'row.changed', data: { id } })));
    this.waiting.splice(0, taken.length);
    return taken.length;
  }
}

function build(options: Parameters<typeof buildHub<typeof events>>[0] = {}) {
  const world = buildHub({ events, sweepIntervalMs: SWEEP_MS, ...options });
  const heard: number[] = [];
  world.hub.on('row.changed', (event) => void heard.push(event.data.id));
  return { ...world, heard };
}

/** A feed that does as it is told. */
const aFeed = (name: string, pull: () => Promise<number>): Feed => ({ name, pull });

/** Lets everything run that waits for no timer. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
}

describe('a feed', () => {
  it('is pulled when the hub starts, and in each sweep', async () => {
    const { hub, clock, heard } = build();
    const feed = new NumberFeed(hub, 1);
    hub.addFeed(feed);
    expect(feed.pulls).to.equal(0);
    await hub.start();
    await settled();
    expect(heard).to.deep.equal([1]);
    feed.waiting.push(2);
    await settled();
    expect(heard).to.deep.equal([1]);
    clock.advance(SWEEP_MS);
    await settled();
    expect(heard).to.deep.equal([1, 2]);
  });

  it('is pulled until it is empty when the hub is drained', async () => {
    const { hub, heard } = build();
    const numbers = Array.from({ length: 50 }, (_, id) => id);
    hub.addFeed(new NumberFeed(hub, ...numbers));
    await hub.drain();
    expect(heard).to.deep.equal(numbers);
  });

  it('is pulled at once when it is woken', async () => {
    const { hub, heard } = build();
    const feed = new NumberFeed(hub);
    const handle = hub.addFeed(feed);
    await hub.start();
    await settled();
    feed.waiting.push(1);
    handle.wake();
    await settled();
    expect(heard).to.deep.equal([1]);
  });

  it('is pulled when the transaction it was woken with has ended', async () => {
    const { hub, heard } = build();
    const feed = new NumberFeed(hub);
    const handle = hub.addFeed(feed);
    await hub.start();
    await settled();
    const transaction = pretendTransaction();
    feed.waiting.push(1);
    handle.wake(transaction);
    await settled();
    expect(heard).to.deep.equal([]);
    transaction.commit();
    await settled();
    expect(heard).to.deep.equal([1]);
  });

  it('without an end keeps nothing else waiting', async () => {
    const store = memoryStore();
    const { hub, clock, heard } = build({ store });
    let pulls = 0;
    const feed = aFeed('endless', async () => {
      pulls += 1;
      if (pulls === 2) await store.events.insert([aRecord()]);
      return heard.length === 0 ? 1 : 0;
    });
    hub.addFeed(feed);
    await hub.start();
    await settled();
    clock.advance(SWEEP_MS);
    await settled();
    expect(heard).to.deep.equal([7]);
    expect(pulls).to.be.within(5, 200);
  });

  it('that hangs keeps nothing else waiting', async () => {
    const store = memoryStore();
    const { hub, clock, heard } = build({ store });
    const never = new Promise<number>(() => {});
    hub.addFeed(aFeed('hanging', () => never));
    const feed = new NumberFeed(hub, 1);
    hub.addFeed(feed);
    await hub.start();
    await settled();
    await store.events.insert([aRecord()]);
    feed.waiting.push(2);
    clock.advance(SWEEP_MS);
    await settled();
    expect(heard.toSorted()).to.deep.equal([1, 2, 7]);
    const closing = hub.close({ timeoutMs: 20 });
    await closing;
  });

  it('that fails is told of once, is pulled again, and costs the others nothing', async () => {
    const { hub, clock, logger, heard } = build();
    let isBroken = true;
    const broken = aFeed('broken', async () => {
      if (isBroken) throw new Error('no such table');
      return 0;
    });
    const feed = new NumberFeed(hub, 1);
    hub.addFeed(broken);
    hub.addFeed(feed);
    await hub.start();
    await settled();
    await hub.dispatch('row.changed', { id: 2 });
    clock.advance(SWEEP_MS);
    await settled();
    expect(heard).to.deep.equal([1, 2]);
    isBroken = false;
    for (let sweep = 0; sweep < 2; sweep++) {
      clock.advance(SWEEP_MS);
      await settled();
    }
    const told = logger.lines.filter(({ message }) => message.includes('feed'));
    expect(told.map(({ level, message }) => [level, message])).to.deep.equal([
      ['error', 'the feed "broken" failed: it is pulled again until it works'],
      ['info', 'the feed "broken" works again'],
    ]);
    expect(told[0]?.fields).to.include({ error: 'no such table' });
  });

  it('is pulled no more once it is taken out, also in the middle of a sweep', async () => {
    const { hub, clock } = build();
    let pulls = 0;
    const handle = hub.addFeed(
      aFeed('short-lived', async () => {
        pulls += 1;
        handle.remove();
        return 1;
      }),
    );
    await hub.start();
    await settled();
    clock.advance(SWEEP_MS);
    await settled();
    expect(pulls).to.equal(1);
  });

  it('is left to processes that relay, which are woken', async () => {
    const { announced, store } = announcing();
    const { hub, clock } = build({ store, roles: ['web', 'worker'] });
    const feed = new NumberFeed(hub, 1);
    const handle = hub.addFeed(feed);
    expect(announced).to.deep.equal([]);
    await hub.start();
    handle.wake();
    clock.advance(SWEEP_MS);
    await settled();
    expect(feed.pulls).to.equal(0);
    expect(announced).to.deep.equal(['events']);
  });
});

describe('closing a hub', () => {
  it('waits for a pull that is under way, and begins none', async () => {
    const { hub, logger } = build();
    let pulls = 0;
    let answer = (_: number) => {};
    hub.addFeed(
      aFeed('slow', () => {
        pulls += 1;
        return new Promise((resolve) => {
          answer = resolve;
        });
      }),
    );
    await hub.start();
    let isClosed = false;
    const closing = hub.close().then(() => {
      isClosed = true;
    });
    await settled();
    expect({ isClosed, pulls }).to.deep.equal({ isClosed: false, pulls: 1 });
    answer(1);
    await closing;
    expect(pulls).to.equal(1);
    expect(logger.of('error')).to.deep.equal([]);
  });

  it('leaves what a pull could not store any more where it is, and makes no fuss of it', async () => {
    const { hub, logger } = build();
    const numbers = new NumberFeed(hub, 1);
    let begin = () => {};
    hub.addFeed(
      aFeed('numbers', async () => {
        await new Promise<void>((resolve) => {
          begin = resolve;
        });
        return numbers.pull();
      }),
    );
    await hub.start();
    const closing = hub.close();
    begin();
    await closing;
    expect(numbers).to.deep.include({ waiting: [1], pulls: 1 });
    expect(logger.of('error')).to.deep.equal([]);
  });
});

/** A memory store that others could be woken through. */
function announcing() {
  const announced: WakeUp[] = [];
  const wakeUps = {
    announce: async (wakeUp: WakeUp) => void announced.push(wakeUp),
    listen: async () => async () => {},
  };
  return { announced, store: { ...memoryStore(), wakeUps } };
}

/** As another process stored it. */
function aRecord() {
  return buildEventRecord({
    id: `evt_${'0'.repeat(26)}`,
    type: 'row.changed',
    visibility: 'subscribable',
    timestamp: 0,
    account: null,
    dataJson: '{"id":7}',
    maxPayloadBytes: 1_000,
  });
}
