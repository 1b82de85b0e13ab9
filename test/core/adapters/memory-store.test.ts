import { type EventRecord, memoryStore, type Store } from '@hookline/core';
import { expect } from 'chai';
import { storeContract } from '../../contracts/store-contract.js';
import {
  aClaim,
  aDelivered,
  aDelivery,
  aFanOut,
  anEvent,
  aReceipt,
  aRun,
  NOW,
  unheard,
} from '../../contracts/store-records.js';
import { expectError } from '../../support/expect-error.js';

storeContract('memory', memoryStore);

/** As much of a Sequelize transaction as the store looks at. */
interface TransactionLike {
  readonly parent: TransactionLike | null;
  afterCommit(callback: () => void): void;
  commit(): void;
}

function aTransaction(parent: TransactionLike | null = null): TransactionLike {
  const callbacks: (() => void)[] = [];
  return {
    parent,
    afterCommit: (callback: () => void) => void callbacks.push(callback),
    commit: () => {
      for (const callback of callbacks) callback();
    },
  };
}

describe('the memory store', () => {
  it('shows an event when the outermost transaction has committed, and never after a rollback', async () => {
    const store = memoryStore();
    const outermost = aTransaction();
    const savepoint = aTransaction(outermost);
    const event = anEvent();
    await store.events.insert([event], { transaction: savepoint });
    savepoint.commit();
    expect(await store.events.get(event.id, {})).to.equal(null);
    outermost.commit();
    expect(await store.events.get(event.id, {})).to.deep.equal(event);
  });

  it('shows nothing of a savepoint that was rolled back, nor of one within it', async () => {
    const store = memoryStore();
    const outermost = aTransaction();
    const savepoint = { ...aTransaction(outermost), finished: 'rollback' };
    const inner = { ...aTransaction(savepoint), finished: 'commit' };
    const [first, undone, within, late] = [anEvent(), anEvent(), anEvent(), anEvent()];
    await store.events.insert([first], { transaction: outermost });
    await store.events.insert([undone], { transaction: savepoint, replacing: [first.id] });
    await store.events.insert([within], { transaction: inner });
    await store.events.insert([late], { transaction: { ...aTransaction(outermost), finished: 'commit' } });
    outermost.commit();
    expect(await store.events.list({ limit: 10 })).to.deep.equal([late, first]);
  });

  it('shows all that was written in a transaction at once, and nothing of what it replaced', async () => {
    const store = memoryStore();
    const transaction = aTransaction();
    const [replaced, kept, late] = [anEvent(), anEvent(), anEvent()];
    await store.events.insert([replaced, kept], { transaction });
    const shown: unknown[] = [];
    transaction.afterCommit(() => void store.events.claim(aClaim()).then((claimed) => shown.push(claimed)));
    await store.events.insert([late], { transaction, replacing: [replaced.id] });
    transaction.commit();
    await Promise.resolve();
    expect(shown).to.deep.equal([unheard(kept, late)]);
    expect(await store.events.get(replaced.id, {})).to.equal(null);
  });

  it('forgets what an event that is replaced was known by', async () => {
    const store = memoryStore({ maxFinishedEvents: 1 });
    const [event, late] = [anEvent(), anEvent()];
    await store.receipts.record([{ receipt: aReceipt(event), event }]);
    await store.events.insert([late], { replacing: [event.id] });
    await store.events.insert([event]);
    const delivery = aDelivery(event);
    await store.events.settle(aFanOut({ eventIds: [event.id], deliveries: [delivery] }));
    expect(await store.deliveries.ofEvents([event.id])).to.deep.equal([delivery]);
    expect(await store.events.claim(aClaim())).to.deep.equal(unheard(late));
  });

  it('answers claims of many in no time, however much waits for later', async () => {
    const store = memoryStore();
    const events = Array.from({ length: 20_000 }, () => anEvent());
    const due = anEvent();
    await store.events.insert([...events, due]);
    const deliveries = events.map((event, index) => aDelivery(event, { nextAttemptAt: NOW + 1 + index }));
    await store.events.settle(aFanOut({ eventIds: events.map(({ id }) => id), deliveries }));
    for (let sweep = 0; sweep < 1_000; sweep++) {
      expect(await store.deliveries.claim(aClaim())).to.have.length(0);
      expect(await store.events.claim(aClaim({ now: NOW - 1 }))).to.have.length(sweep === 0 ? 1 : 0);
    }
    expect(await store.deliveries.claim(aClaim({ now: NOW + 3, limit: 10 }))).to.have.length(3);
  });
});

describe('the memory store, when it has its fill', () => {
  async function fanOut(
    store: Store,
    event: EventRecord,
    parts: Partial<Parameters<typeof aFanOut>[0]> = {},
  ) {
    await store.events.insert([event]);
    await store.events.settle(aFanOut({ eventIds: [event.id], ...parts }));
  }

  const keptBy = async (store: Store) =>
    (await store.events.list({ limit: 100 })).map(({ id }) => id).toReversed();

  it('forgets the oldest events that owe nothing any more', async () => {
    const store = memoryStore({ maxFinishedEvents: 3 });
    const events = Array.from({ length: 10 }, () => anEvent());
    for (const event of events) await fanOut(store, event);
    expect(await keptBy(store)).to.deep.equal(events.slice(-3).map(({ id }) => id));
  });

  it('keeps what is owed, also what was not fanned out, until it is done', async () => {
    const store = memoryStore({ maxFinishedEvents: 2 });
    const [waiting, owing, running, ...rest] = Array.from({ length: 9 }, () => anEvent());
    if (!waiting || !owing || !running) throw new Error('no events');
    await store.events.insert([waiting]);
    const delivery = aDelivery(owing);
    await fanOut(store, owing, { deliveries: [delivery] });
    await fanOut(store, running, { runs: [aRun(running)] });
    for (const event of rest) await fanOut(store, event);
    expect(await keptBy(store)).to.include.members([waiting.id, owing.id, running.id]);
    const claim = aClaim();
    expect(await store.deliveries.claim(claim)).to.have.length(1);
    await fanOut(store, anEvent());
    expect(await keptBy(store)).to.include(owing.id);
    await store.deliveries.settle([aDelivered(delivery.id, claim.lease)]);
    for (let i = 0; i < 3; i++) await fanOut(store, anEvent());
    expect(await keptBy(store)).to.include.members([waiting.id, running.id]);
    expect(await keptBy(store)).not.to.include(owing.id);
  });

  it('forgets with an event its deliveries, attempts and receipt', async () => {
    const store = memoryStore({ maxFinishedEvents: 0 });
    const event = anEvent();
    const receipt = aReceipt(event);
    await store.receipts.record([{ receipt, event }]);
    const delivery = aDelivery(event);
    await store.events.settle(aFanOut({ eventIds: [event.id], deliveries: [delivery] }));
    const claim = aClaim();
    await store.deliveries.claim(claim);
    await store.deliveries.settle([aDelivered(delivery.id, claim.lease)]);
    for (let i = 0; i < 2; i++) await fanOut(store, anEvent());
    expect(await keptBy(store)).to.deep.equal([]);
    expect(await store.deliveries.get(delivery.id, {})).to.equal(null);
    expect(await store.deliveries.attempts(delivery.id)).to.deep.equal([]);
    expect(await store.receipts.get(receipt.id)).to.equal(null);
    expect(await store.receipts.record([{ receipt, event: anEvent() }])).to.deep.equal([true]);
  });

  it('forgets an event that was erased before it was fanned out', async () => {
    const store = memoryStore({ maxFinishedEvents: 0 });
    const event = anEvent();
    await store.events.insert([event]);
    await store.events.erase({ id: event.id }, NOW);
    for (let i = 0; i < 2; i++) await fanOut(store, anEvent());
    expect(await keptBy(store)).to.deep.equal([]);
  });

  it('has a limit that is a whole number', async () => {
    await expectError('OPTION_INVALID', () => memoryStore({ maxFinishedEvents: -1 }));
  });
});
