import { memoryStore, type PruneRequest, type PruneResult, type Store } from '@hookline/core';
import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import { randomIdGenerator } from '../../../packages/core/src/adapters/random-id-generator.js';
import { earliestId } from '../../../packages/core/src/retention/earliest-id.js';
import { Retention } from '../../../packages/core/src/retention/prune-rows.js';
import { resolveRetention } from '../../../packages/core/src/retention/retention-policy.js';
import { aDelivery, aFanOut, anEvent } from '../../contracts/store-records.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Lets what was promised happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A store that answers with what it is given, then that there is no more. */
function scriptedStore(...answers: readonly (PruneResult | Error)[]) {
  const requests: PruneRequest[] = [];
  const left = [...answers];
  const prune: Store['prune'] = async (request) => {
    requests.push(request);
    const answer = left.shift() ?? { removed: 0, next: null };
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { requests, store: { prune } };
}

function build(store: Pick<Store, 'prune'>, policy = resolveRetention()) {
  const clock = fakeClock();
  const logger = new RecordingLogger();
  const retention = new Retention({ store, clock, logger, random: () => 0.5, policy });
  return { clock, logger, retention };
}

const kindsOf = (requests: readonly PruneRequest[]) => requests.map(({ kind }) => kind);

describe('Retention', () => {
  it('looks at deliveries and runs before events, up to the ids of the day that is old enough', async () => {
    const { store, requests } = scriptedStore();
    const policy = resolveRetention({ receiptsMs: 60 * DAY_MS, rejectionsMs: 7 * DAY_MS });
    const { clock, retention } = build(store, policy);
    expect(await retention.prune()).to.equal(0);
    const ages = { deliveries: 30, runs: 30, receipts: 60, rejections: 7, events: 30 };
    expect(kindsOf(requests)).to.deep.equal(Object.keys(ages));
    for (const { kind, until, endedBefore, exhaustedBefore, after, limit } of requests) {
      expect(endedBefore).to.equal(clock.now() - ages[kind] * DAY_MS);
      expect(exhaustedBefore).to.equal(clock.now() - 90 * DAY_MS);
      expect(until.split('_')[1]).to.equal(earliestId('evt', endedBefore).split('_')[1]);
      expect({ after, limit }).to.deep.equal({ after: '', limit: 1_000 });
    }
  });

  it('goes on behind the last row, with a rest after each batch', async () => {
    const { store, requests } = scriptedStore({ removed: 10, next: 'dlv_1' }, { removed: 20, next: 'dlv_2' });
    const { clock, retention, logger } = build(store);
    const pass = retention.prune();
    await settle();
    expect(requests).to.have.length(1);
    clock.advance(10);
    await settle();
    expect(requests).to.have.length(2);
    clock.advance(10);
    expect(await pass).to.equal(30);
    expect(requests.slice(0, 3).map(({ after }) => after)).to.deep.equal(['', 'dlv_1', 'dlv_2']);
    expect(kindsOf(requests)).to.deep.equal([
      'deliveries',
      'deliveries',
      'deliveries',
      'runs',
      'receipts',
      'rejections',
      'events',
    ]);
    const removed = { deliveries: 30, runs: 0, receipts: 0, rejections: 0, events: 0 };
    expect(logger.of('info').map(({ fields }) => fields)).to.deep.equal([{ removed }]);
  });

  it('rests as long as the batch took', async () => {
    const clock = fakeClock();
    const requests: PruneRequest[] = [];
    const prune: Store['prune'] = async (request) => {
      requests.push(request);
      clock.advance(700);
      return { removed: 0, next: request.kind === 'deliveries' ? 'dlv_1' : null };
    };
    const logger = new RecordingLogger();
    const policy = resolveRetention();
    const retention = new Retention({ store: { prune }, clock, logger, random: () => 0, policy });
    void retention.prune();
    await settle();
    clock.advance(699);
    await settle();
    expect(requests).to.have.length(1);
    clock.advance(1);
    await settle();
    expect(requests).to.have.length(2);
    await retention.stop();
  });

  it('begins some time in the first minute, then comes back each interval', async () => {
    const { store, requests } = scriptedStore();
    const { clock, retention } = build(store);
    retention.start();
    clock.advance(29_999);
    await settle();
    expect(requests).to.have.length(0);
    clock.advance(1);
    await settle();
    expect(requests).to.have.length(5);
    clock.advance(10 * MINUTE_MS - 1);
    await settle();
    expect(requests).to.have.length(5);
    clock.advance(1);
    await settle();
    expect(requests).to.have.length(10);
  });

  it('looks at a row once, and again a day later', async () => {
    const { store, requests } = scriptedStore();
    const { clock, retention } = build(store);
    const looked = async () => {
      requests.length = 0;
      await retention.prune();
      return requests.map(({ after }) => after);
    };
    expect(await looked()).to.deep.equal(['', '', '', '', '']);
    const seen = ['dlv', 'run', 'rct', 'rej', 'evt'].map((prefix) =>
      earliestId(prefix as 'dlv', clock.now() - 30 * DAY_MS),
    );
    clock.advance(DAY_MS - 1);
    expect(await looked()).to.deep.equal(seen);
    clock.advance(1);
    expect(await looked()).to.deep.equal(['', '', '', '', '']);
  });

  it('says that a pass failed, and goes on there in the next one', async () => {
    const { store, requests } = scriptedStore({ removed: 1, next: 'dlv_1' }, new Error('no database'));
    const { clock, retention, logger } = build(store);
    retention.start();
    clock.advance(30_000);
    await settle();
    clock.advance(10);
    await settle();
    expect(logger.of('error').map(({ fields }) => fields.error)).to.deep.equal(['no database']);
    clock.advance(10 * MINUTE_MS);
    await settle();
    expect(requests[2]).to.include({ kind: 'deliveries', after: 'dlv_1' });
    expect(requests).to.have.length(7);
  });

  it('stops in the middle of a rest', async () => {
    const { store, requests } = scriptedStore({ removed: 1, next: 'dlv_1' });
    const { clock, retention } = build(store);
    const pass = retention.prune();
    await settle();
    await retention.stop();
    expect(await pass).to.equal(1);
    clock.advance(DAY_MS);
    await settle();
    expect(requests).to.have.length(1);
  });

  it('stops after the batch that is under way', async () => {
    let answer = (_: PruneResult) => {};
    let calls = 0;
    const prune: Store['prune'] = () => {
      calls += 1;
      return new Promise((resolve) => {
        answer = resolve;
      });
    };
    const { retention, clock } = build({ prune });
    retention.start();
    clock.advance(30_000);
    let isStopped = false;
    const stopped = retention.stop().then(() => {
      isStopped = true;
    });
    await settle();
    expect(isStopped).to.equal(false);
    answer({ removed: 1_000, next: 'dlv_1' });
    await stopped;
    clock.advance(DAY_MS);
    await settle();
    expect(calls).to.equal(1);
  });

  it('does nothing where everything is kept', async () => {
    const { store, requests } = scriptedStore();
    const { clock, retention } = build(store, resolveRetention(false));
    retention.start();
    clock.advance(DAY_MS);
    await settle();
    expect(await retention.prune()).to.equal(0);
    expect(requests).to.deep.equal([]);
  });

  it('keeps a store from growing for ever', async () => {
    const store = memoryStore();
    const { clock, retention } = build(store);
    const ids = randomIdGenerator(clock);
    const finish = async (state: 'delivered' | 'exhausted') => {
      const event = anEvent({ id: ids.next('evt'), occurredAt: clock.now() });
      const end = { state, nextAttemptAt: null, finalizedAt: clock.now() };
      await store.events.insert([event]);
      const deliveries = [aDelivery(event, { id: ids.next('dlv'), ...end })];
      await store.events.settle(aFanOut({ eventIds: [event.id], deliveries }));
    };
    const left = async () => [
      (await store.deliveries.list({ limit: 100 })).length,
      (await store.events.list({ limit: 100 })).length,
    ];
    await finish('exhausted');
    for (let day = 0; day < 40; day++) {
      await finish('delivered');
      clock.advance(DAY_MS);
      await retention.prune();
    }
    expect(await left(), '30 days of them, and the one that failed').to.deep.equal([31, 31]);
    clock.advance(51 * DAY_MS);
    await retention.prune();
    expect(await left()).to.deep.equal([0, 0]);
  });
});

describe('earliestId', () => {
  it('sorts between the ids that are made before an instant and those made from it on', () => {
    const clock = fakeClock();
    const ids = randomIdGenerator(clock);
    const before = ids.next('evt');
    clock.advance(1);
    const bound = earliestId('evt', clock.now());
    const after = ids.next('evt');
    expect([after, bound, before].sort()).to.deep.equal([before, bound, after]);
  });
});
