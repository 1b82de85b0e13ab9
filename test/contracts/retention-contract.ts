import type { IdPrefix, PruneRequest, Store } from '@hookline/core';
import { expect } from 'chai';
import { earliestId } from '../../packages/core/src/retention/earliest-id.js';
import {
  aClaim,
  aDelivered,
  aDelivery,
  aFanOut,
  anAttempt,
  anEvent,
  aReceipt,
  aRejection,
  aResult,
  aRun,
  dueIds,
  NOW,
  nextId,
} from './store-records.js';

const DAY_MS = 86_400_000;
const OLD = NOW - 40 * DAY_MS;
const VERY_OLD = NOW - 100 * DAY_MS;

/** An id as the generator makes them at an instant. */
function idAt(prefix: IdPrefix, instant: number): string {
  return earliestId(prefix, instant) + nextId('').slice(-16);
}

const PREFIXES = {
  deliveries: 'dlv',
  runs: 'run',
  receipts: 'rct',
  rejections: 'rej',
  events: 'evt',
} as const;

function rejectionAt(instant: number): string {
  return earliestId('rej', instant) + nextId('');
}

/** What the defaults ask for: 30 days, and 90 for the exhausted. */
function aPruning(kind: PruneRequest['kind'], parts: Partial<PruneRequest> = {}): PruneRequest {
  const endedBefore = NOW - 30 * DAY_MS;
  const until = earliestId(PREFIXES[kind], endedBefore);
  return { kind, after: '', until, limit: 100, endedBefore, exhaustedBefore: NOW - 90 * DAY_MS, ...parts };
}

export function retentionContract(store: () => Store): void {
  const anOldEvent = (at = VERY_OLD) => anEvent({ id: idAt('evt', at), occurredAt: at });

  async function fanOut(event = anOldEvent(), parts: { deliveries?: object[]; runs?: object[] } = {}) {
    const deliveries = (parts.deliveries ?? []).map((each) => aDelivery(event, each));
    const runs = (parts.runs ?? []).map((each) => aRun(event, each));
    await store().events.insert([event]);
    await store().events.settle(aFanOut({ eventIds: [event.id], deliveries, runs }));
    return { event, deliveries, runs };
  }

  const ended = (state: string, finalizedAt: number) => ({ state, finalizedAt, nextAttemptAt: null });

  /** In which order they are to be found is none of its business. */
  async function statesLeft(): Promise<readonly string[]> {
    const left = await store().deliveries.list({ limit: 100 });
    return left.map(({ state }) => state).sort();
  }

  describe('retention', () => {
    it('removes what was delivered or cancelled long ago, and what was exhausted very long ago', async () => {
      await fanOut(anOldEvent(), {
        deliveries: [
          ended('delivered', OLD),
          ended('cancelled', OLD),
          ended('exhausted', VERY_OLD),
          ended('exhausted', OLD),
          ended('delivered', NOW - DAY_MS),
        ],
      });
      expect(await store().prune(aPruning('deliveries'))).to.deep.equal({ removed: 3, next: null });
      expect(await statesLeft()).to.deep.equal(['delivered', 'exhausted']);
    });

    it('never removes a delivery that is owed, however old', async () => {
      const { deliveries } = await fanOut(anOldEvent(), {
        deliveries: [
          { state: 'pending', nextAttemptAt: VERY_OLD },
          { state: 'retrying', nextAttemptAt: NOW + 1 },
          { state: 'retrying', nextAttemptAt: VERY_OLD },
        ],
      });
      await store().deliveries.claim(aClaim({ ids: [String(deliveries[2]?.id)] }));
      expect(await store().prune(aPruning('deliveries'))).to.deep.equal({ removed: 0, next: null });
      expect(await statesLeft()).to.deep.equal(['delivering', 'pending', 'retrying']);
    });

    it('removes attempts with their delivery', async () => {
      const { deliveries } = await fanOut(anOldEvent(), { deliveries: [{}, {}] });
      const [first, second] = deliveries.map(({ id }) => id) as [string, string];
      const { lease } = await claimAll();
      await store().deliveries.settle([
        { ...aDelivered(first, lease), finalizedAt: OLD },
        aDelivered(second, lease),
      ]);
      await store().prune(aPruning('deliveries'));
      expect(await store().deliveries.get(first, {})).to.equal(null);
      expect(await store().deliveries.attempts(first)).to.deep.equal([]);
      expect(await store().deliveries.attempts(second)).to.have.length(1);
    });

    it('removes runs by the same rules', async () => {
      await fanOut(anOldEvent(), {
        runs: [
          ended('succeeded', OLD),
          ended('cancelled', OLD),
          ended('exhausted', VERY_OLD),
          ended('exhausted', OLD),
          ended('succeeded', NOW),
          { state: 'retrying', nextAttemptAt: OLD },
        ],
      });
      expect(await store().prune(aPruning('runs'))).to.deep.equal({ removed: 3, next: null });
      expect(await store().prune(aPruning('runs'))).to.deep.equal({ removed: 0, next: null });
      expect(await dueIds(store().runs)).to.have.length(1);
    });

    it('keeps an event while it waits for fan-out, and while a delivery or run of it is kept', async () => {
      const waiting = anOldEvent();
      await store().events.insert([waiting]);
      const failed = await fanOut(anOldEvent(), { deliveries: [ended('exhausted', OLD)] });
      const running = await fanOut(anOldEvent(), { runs: [{ state: 'retrying', nextAttemptAt: NOW }] });
      const unwanted = await fanOut();
      expect(await store().prune(aPruning('events'))).to.deep.equal({ removed: 1, next: null });
      const left = await store().events.list({ limit: 10 });
      expect(left.map(({ id }) => id)).to.have.members([waiting.id, failed.event.id, running.event.id]);
      expect(await store().events.get(unwanted.event.id, {})).to.equal(null);
    });

    it('removes an event after its last delivery and run', async () => {
      const parts = { deliveries: [ended('exhausted', VERY_OLD)], runs: [ended('succeeded', VERY_OLD)] };
      const { event } = await fanOut(anOldEvent(), parts);
      for (const kind of ['deliveries', 'runs', 'events'] as const) {
        expect(await store().prune(aPruning(kind)), kind).to.deep.equal({ removed: 1, next: null });
      }
      expect(await store().events.get(event.id, {})).to.equal(null);
    });

    it('keeps an event that is young by its id or by its timestamp', async () => {
      const imported = anEvent({ id: idAt('evt', NOW), occurredAt: VERY_OLD });
      const announced = anEvent({ id: idAt('evt', OLD), occurredAt: NOW + DAY_MS });
      await fanOut(imported);
      await fanOut(announced);
      expect(await store().prune(aPruning('events'))).to.deep.equal({ removed: 0, next: null });
    });

    it('takes a request for a new one when its receipt was removed', async () => {
      const arrive = (receivedAt: number) => {
        const event = anEvent({ id: idAt('evt', receivedAt), accountId: null });
        const id = idAt('rct', receivedAt);
        return store().receipts.record([
          { event, receipt: aReceipt(event, { id, receivedAt, dedupeKey: 'k' }) },
        ]);
      };
      expect(await arrive(OLD)).to.deep.equal([true]);
      expect(await arrive(NOW - DAY_MS)).to.deep.equal([false]);
      expect(await store().prune(aPruning('receipts'))).to.deep.equal({ removed: 1, next: null });
      expect(await arrive(NOW)).to.deep.equal([true]);
      expect(await store().prune(aPruning('receipts'))).to.deep.equal({ removed: 0, next: null });
    });

    it('removes the counts of refused requests by the last of their hour', async () => {
      const [old, late] = [OLD, NOW - DAY_MS].map((lastAt) => aRejection({ id: rejectionAt(OLD), lastAt }));
      const young = aRejection({ id: rejectionAt(NOW - DAY_MS), lastAt: OLD });
      await store().receipts.reject([old, late, young].flatMap((each) => each ?? []));
      expect(await store().prune(aPruning('rejections'))).to.deep.equal({ removed: 1, next: null });
      expect(await store().receipts.rejections({ limit: 10 })).to.deep.equal([young, late]);
    });

    it('looks at so many rows in the order of their ids, and says where to go on', async () => {
      const kept = ended('exhausted', OLD);
      const gone = ended('delivered', OLD);
      const { deliveries } = await fanOut(anOldEvent(), { deliveries: [kept, kept, gone, kept, gone] });
      const ids = deliveries.map(({ id }) => id);
      const first = await store().prune(aPruning('deliveries', { limit: 2 }));
      expect(first).to.deep.equal({ removed: 0, next: ids[1] });
      const second = await store().prune(aPruning('deliveries', { limit: 2, after: String(first.next) }));
      expect(second).to.deep.equal({ removed: 1, next: ids[3] });
      const last = await store().prune(aPruning('deliveries', { limit: 2, after: String(second.next) }));
      expect(last).to.deep.equal({ removed: 1, next: null });
    });

    it('removes each row once when many prune at the same time', async () => {
      const deliveries = Array.from({ length: 200 }, () => ended('delivered', OLD));
      await fanOut(anOldEvent(), { deliveries });
      const passes = Array.from({ length: 8 }, () => store().prune(aPruning('deliveries', { limit: 500 })));
      const removed = (await Promise.all(passes)).reduce((sum, pass) => sum + pass.removed, 0);
      expect(removed).to.equal(200);
      expect(await statesLeft()).to.deep.equal([]);
    });

    it('drops the late attempt of a delivery that is gone', async () => {
      const { deliveries } = await fanOut(anOldEvent(), { deliveries: [ended('delivered', OLD)] });
      const id = String(deliveries[0]?.id);
      await store().prune(aPruning('deliveries'));
      await store().deliveries.settle([aResult(id, 'lse_lost')]);
      expect(await store().deliveries.attempts(id)).to.deep.equal([]);
    });
  });

  async function claimAll() {
    const claim = aClaim();
    await store().deliveries.claim(claim);
    return claim;
  }

  /** All that an attempt must not say of an erased event. */
  const WITHOUT_CONTENT = { failureMessage: null, responseHeaders: null, responseBody: null };

  describe('erasure', () => {
    it('leaves type, timestamp and account of the payload as they were, byte for byte', async () => {
      const head = '{"type":"a.b","timestamp":"2026-01-01T00:00:00.000Z","account":{"id":"x,\\"data\\":y"}';
      const payload = `${head},"data":{"secret":1,"data":2},"actor":{"type":"user","id":1}}`;
      const { event } = await fanOut(anEvent({ payload }));
      expect(await store().events.erase({ id: event.id }, NOW)).to.equal(1);
      const erased = { ...event, payload: `${head},"data":null}`, erasedAt: NOW };
      expect(await store().events.get(event.id, {})).to.deep.equal(erased);
      const { subjectType, subjectId } = event as { subjectType: string; subjectId: string };
      expect(await store().events.list({ limit: 10, subjectType, subjectId })).to.deep.equal([erased]);
    });

    it('changes nothing more when it is repeated', async () => {
      const { event } = await fanOut();
      await store().events.erase({ id: event.id }, NOW);
      const before = await store().events.get(event.id, {});
      expect(await store().events.erase({ id: event.id }, NOW + 1)).to.equal(1);
      expect(await store().events.get(event.id, {})).to.deep.equal(before);
    });

    it('cancels what is owed, and leaves alone what has ended', async () => {
      const { event, deliveries } = await fanOut(anEvent(), {
        deliveries: [
          { state: 'pending' },
          { state: 'retrying', nextAttemptAt: NOW + 1 },
          {},
          ended('delivered', OLD),
        ],
        runs: [{}, { state: 'retrying' }],
      });
      await store().deliveries.claim(aClaim({ ids: [String(deliveries[2]?.id)] }));
      await store().events.erase({ id: event.id }, NOW + 7);
      const cancelled = {
        state: 'cancelled',
        reason: 'event-erased',
        finalizedAt: NOW + 7,
        nextAttemptAt: null,
      };
      for (const { id } of deliveries.slice(0, 3)) {
        expect(await store().deliveries.get(id, {})).to.include(cancelled);
      }
      expect(await store().deliveries.get(String(deliveries[3]?.id), {})).to.deep.equal(deliveries[3]);
      expect(await dueIds(store().runs, { now: NOW + DAY_MS })).to.deep.equal([]);
      expect(await dueIds(store().deliveries, { now: NOW + DAY_MS })).to.deep.equal([]);
    });

    it('takes out what receivers answered', async () => {
      const { event, deliveries } = await fanOut(anEvent(), { deliveries: [{}] });
      const id = String(deliveries[0]?.id);
      const { lease } = await claimAll();
      const attempt = anAttempt(id);
      await store().deliveries.settle([aResult(id, lease, { attempt })]);
      await store().events.erase({ id: event.id }, NOW);
      expect(await store().deliveries.attempts(id)).to.deep.equal([{ ...attempt, ...WITHOUT_CONTENT }]);
    });

    it('takes out the request that became the event, and still knows it when it comes again', async () => {
      const event = anEvent({ accountId: null });
      const receipt = aReceipt(event);
      await store().receipts.record([{ event, receipt }]);
      await store().events.erase({ id: event.id }, NOW);
      const url = '/inbound/github';
      const erased = { ...receipt, url, headers: {}, body: Buffer.alloc(0), erasedAt: NOW };
      expect(await store().receipts.get(receipt.id)).to.deep.equal(erased);
      const again = anEvent({ accountId: null });
      const { dedupeKey } = receipt;
      expect(
        await store().receipts.record([{ event: again, receipt: aReceipt(again, { dedupeKey }) }]),
      ).to.deep.equal([false]);
    });

    it('lets nobody fan out what was not fanned out yet, also who has it in hand', async () => {
      const [waiting, inHand] = [anEvent(), anEvent()];
      await store().events.insert([waiting]);
      await store().events.insert([inHand], { leasedUntil: NOW + 1_000 });
      await store().events.erase({ id: waiting.id }, NOW);
      await store().events.erase({ id: inHand.id }, NOW);
      expect(await store().events.claim(aClaim({ now: NOW + DAY_MS }))).to.deep.equal([]);
      const late = { deliveries: [aDelivery(inHand)], runs: [aRun(inHand)] };
      await store().events.settle(aFanOut({ eventIds: [inHand.id], ...late }));
      expect(await store().deliveries.list({ limit: 10 })).to.deep.equal([]);
      expect(await dueIds(store().runs)).to.deep.equal([]);
    });

    it('stays erased when an attempt that was under way comes to its end', async () => {
      const { event, deliveries } = await fanOut(anEvent(), { deliveries: [{}] });
      const id = String(deliveries[0]?.id);
      const { lease } = await claimAll();
      await store().events.erase({ id: event.id }, NOW);
      const result = aDelivered(id, lease);
      await store().deliveries.settle([result]);
      expect(await store().deliveries.get(id, {})).to.include({
        state: 'cancelled',
        reason: 'event-erased',
      });
      expect(await store().deliveries.attempts(id)).to.deep.equal([
        { ...result.attempt, ...WITHOUT_CONTENT },
      ]);
    });

    it('stays erased when an attempt is recorded whose claim was lost long before', async () => {
      const { event, deliveries } = await fanOut(anEvent(), { deliveries: [ended('delivered', OLD)] });
      const id = String(deliveries[0]?.id);
      await store().events.erase({ id: event.id }, NOW);
      const attempt = anAttempt(id);
      await store().deliveries.settle([aResult(id, 'lse_lost', { attempt })]);
      expect(await store().deliveries.attempts(id)).to.deep.equal([{ ...attempt, ...WITHOUT_CONTENT }]);
    });

    it('refuses to redeliver it', async () => {
      const { event, deliveries } = await fanOut(anEvent(), { deliveries: [ended('exhausted', OLD)] });
      const id = String(deliveries[0]?.id);
      await store().events.erase({ id: event.id }, NOW);
      const failure = await store()
        .deliveries.redeliver(id, {}, NOW)
        .catch((error: unknown) => error);
      expect(failure).to.include({ code: 'ERR_HOOKLINE_EVENT_ERASED' });
      expect(await store().deliveries.get(id, {})).to.deep.equal(deliveries[0]);
    });

    it('erases the events of a subject, and no other', async () => {
      const mine = [anEvent({ subjectId: '1' }), anEvent({ subjectId: '1', type: 'conversation.closed' })];
      const others = [anEvent({ subjectId: '2' }), anEvent({ subjectType: 'Message', subjectId: '1' })];
      await store().events.insert([...mine, ...others]);
      const query = { subjectType: 'Conversation', subjectId: '1' };
      expect(await store().events.erase(query, NOW)).to.equal(2);
      for (const { id } of mine) expect((await store().events.get(id, {}))?.erasedAt).to.equal(NOW);
      for (const event of others) expect(await store().events.get(event.id, {})).to.deep.equal(event);
      expect(await store().events.erase(query, NOW)).to.equal(2);
    });

    it("erases no other account's events", async () => {
      const event = anEvent({ accountId: '42' });
      await store().events.insert([event]);
      const subject = { subjectType: 'Conversation', subjectId: '7' };
      expect(await store().events.erase({ id: event.id, accountId: '7' }, NOW)).to.equal(0);
      expect(await store().events.erase({ ...subject, accountId: '7' }, NOW)).to.equal(0);
      expect(await store().events.erase({ ...subject, accountId: null }, NOW)).to.equal(0);
      expect(await store().events.get(event.id, {})).to.deep.equal(event);
      expect(await store().events.erase({ ...subject, accountId: '42' }, NOW)).to.equal(1);
    });

    it('erases nothing where the id is missing', async () => {
      await store().events.insert([anEvent()]);
      expect(await store().events.erase({ id: undefined as unknown as string }, NOW)).to.equal(0);
    });
  });
}
