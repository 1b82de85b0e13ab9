import type { ClaimedDelivery, DeliveryRecord, EventRecord, GroupTurn, Hold, Store } from '@hookline/core';
import { expect } from 'chai';
import { HELD_UNTIL_RESUMED } from '../../packages/core/src/delivery/delivery.js';
import {
  aClaim,
  aDelivered,
  aDelivery,
  aFanOut,
  anEvent,
  aResult,
  aWebhook,
  dueIds,
  NOW,
} from './store-records.js';

const LATER = NOW + 60_000;

/** What every store does with deliveries that are put aside, and with those that have to do with each other. */
export function heldDeliveriesContract(store: () => Store): void {
  async function owe(
    parts: Partial<DeliveryRecord> = {},
    event: EventRecord = anEvent(),
  ): Promise<DeliveryRecord> {
    const delivery = aDelivery(event, parts);
    await store().events.insert([event]);
    await store().events.settle(aFanOut({ eventIds: [event.id], deliveries: [delivery] }));
    return delivery;
  }

  async function hold(id: string, reason: Hold, nextAttemptAt = LATER): Promise<void> {
    const claim = aClaim({ ids: [id] });
    expect(await store().deliveries.claim(claim)).to.have.length(1);
    await store().deliveries.hold([{ id, lease: claim.lease, hold: reason, nextAttemptAt }]);
  }

  const get = (id: string) => store().deliveries.get(id, {});

  /** Of one subject, each behind the one before it. */
  async function chain(groupKey: string, count: number): Promise<readonly DeliveryRecord[]> {
    const deliveries: DeliveryRecord[] = [];
    for (let i = 0; i < count; i++) {
      deliveries.push(await owe({ groupKey, hold: 'predecessor', nextAttemptAt: HELD_UNTIL_RESUMED }));
    }
    return deliveries;
  }

  async function finish(id: string): Promise<void> {
    const claim = aClaim({ ids: [id] });
    await store().deliveries.claim(claim);
    await store().deliveries.settle([aDelivered(id, claim.lease)]);
  }

  describe('held deliveries', () => {
    it('keep state and counts, and are due when they are held until', async () => {
      const { id } = await owe({ state: 'retrying', attemptCount: 2, scheduledAttemptCount: 2 });
      await hold(id, 'circuit');
      expect(await get(id)).to.include({
        state: 'retrying',
        hold: 'circuit',
        attemptCount: 2,
        nextAttemptAt: LATER,
      });
      expect(await dueIds(store().deliveries)).to.deep.equal([]);
      expect(await dueIds(store().deliveries, { now: LATER })).to.deep.equal([id]);
    });

    it('are left alone where the lease is another', async () => {
      const { id } = await owe();
      await store().deliveries.claim(aClaim({ ids: [id] }));
      await store().deliveries.hold([{ id, lease: 'other', hold: 'rate', nextAttemptAt: LATER }]);
      expect(await get(id)).to.include({ state: 'delivering', hold: null });
    });

    it('are held for no reason any more once they are attempted', async () => {
      const { id } = await owe();
      await hold(id, 'rate', NOW);
      const claim = aClaim();
      await store().deliveries.claim(claim);
      await store().deliveries.settle([aResult(id, claim.lease)]);
      expect(await get(id)).to.include({ state: 'retrying', hold: null });
    });

    it('are put aside for a pause only while their webhook is paused', async () => {
      const [paused, resumed] = [aWebhook({ paused: true }), aWebhook()];
      for (const webhook of [paused, resumed]) await store().webhooks.insert(webhook);
      const [held, due] = [await owe({ webhookId: paused.id }), await owe({ webhookId: resumed.id })];
      await hold(held.id, 'paused', HELD_UNTIL_RESUMED);
      await hold(due.id, 'paused', HELD_UNTIL_RESUMED);
      expect(await get(held.id)).to.include({ hold: 'paused', nextAttemptAt: HELD_UNTIL_RESUMED });
      expect(await get(due.id)).to.include({ hold: null, nextAttemptAt: NOW });
      expect(await dueIds(store().deliveries)).to.deep.equal([due.id]);
    });

    it('of a webhook become due for the reasons that are named, the oldest first, as many as are asked for', async () => {
      const mine = [
        await owe({ webhookId: 'wh_1' }),
        await owe({ webhookId: 'wh_1' }),
        await owe({ webhookId: 'wh_1' }),
      ];
      const other = await owe({ webhookId: 'wh_2' });
      for (const { id } of [...mine, other]) await hold(id, 'circuit');
      const rate = await owe({ webhookId: 'wh_1' });
      await hold(rate.id, 'rate');
      expect(await store().deliveries.resume('wh_1', ['circuit'], NOW, 2)).to.equal(2);
      expect(await dueIds(store().deliveries)).to.have.members(mine.slice(0, 2).map(({ id }) => id));
      expect(await store().deliveries.resume('wh_1', ['circuit', 'rate'], NOW)).to.equal(2);
      expect(await get(rate.id)).to.include({ hold: null, nextAttemptAt: NOW });
      expect(await get(other.id)).to.include({ hold: 'circuit' });
      expect(await store().deliveries.resume('wh_1', [], NOW)).to.equal(0);
    });

    it('of a webhook that is gone are due at once, whatever they were put aside for', async () => {
      const webhook = aWebhook({ paused: true });
      await store().webhooks.insert(webhook);
      const [paused, rate] = [await owe({ webhookId: webhook.id }), await owe({ webhookId: webhook.id })];
      await hold(paused.id, 'paused', HELD_UNTIL_RESUMED);
      await hold(rate.id, 'rate');
      expect(await store().webhooks.delete(webhook.id, { accountId: '43' })).to.equal(false);
      expect(await dueIds(store().deliveries)).to.deep.equal([]);
      expect(await store().webhooks.delete(webhook.id, {})).to.equal(true);
      expect(await dueIds(store().deliveries)).to.have.members([paused.id, rate.id]);
    });

    it('are no more held once they are asked for by a person, or their event is erased', async () => {
      const { id, eventId } = await owe();
      await hold(id, 'circuit');
      await store()
        .deliveries.redeliver(id, {}, NOW)
        .catch(() => null);
      const claim = aClaim({ ids: [id], now: LATER });
      await store().deliveries.claim(claim);
      await store().deliveries.settle([
        aResult(id, claim.lease, { state: 'exhausted', nextAttemptAt: null, finalizedAt: NOW }),
      ]);
      expect(await store().deliveries.redeliver(id, {}, NOW)).to.include({ state: 'pending', hold: null });
      await store().events.erase({ id: eventId }, NOW);
      expect(await get(id)).to.include({ state: 'cancelled', hold: null });
    });
  });

  describe('deliveries of a group', () => {
    const KEY = 'subject:wh_1:Conversation:7';
    const aTurn = (groupKey: string, parts: Partial<GroupTurn> = {}): GroupTurn => ({
      ...{ groupKey, waitMs: 0, maxItems: null },
      ...parts,
    });
    const TURN = aTurn(KEY);
    const now = (id: string | undefined) => ({ id, dueAt: NOW });

    it('become due one after the other', async () => {
      const [first, second, third] = await chain(KEY, 3);
      if (!first || !second || !third) throw new Error('no chain');
      expect(await dueIds(store().deliveries)).to.deep.equal([]);
      expect(await store().deliveries.waitingGroups(10)).to.deep.equal([KEY]);
      expect(await store().deliveries.promote([TURN, TURN], NOW)).to.deep.equal([now(first.id)]);
      expect(await store().deliveries.promote([TURN], NOW), 'while the first is owed').to.deep.equal([]);
      expect(await store().deliveries.waitingGroups(10)).to.deep.equal([]);
      await finish(first.id);
      expect(await store().deliveries.promote([TURN], NOW)).to.deep.equal([now(second.id)]);
      expect(await dueIds(store().deliveries)).to.deep.equal([second.id]);
      await finish(second.id);
      expect(await store().deliveries.waitingGroups(10)).to.deep.equal([KEY]);
      expect(await store().deliveries.promote([TURN], NOW)).to.deep.equal([now(third.id)]);
    });

    it('wait for an event about the same that is not fanned out yet', async () => {
      const earlier = anEvent();
      await store().events.insert([earlier]);
      const [waiting] = await chain(KEY, 1);
      expect(await store().deliveries.promote([TURN], NOW)).to.deep.equal([]);
      await store().events.settle(aFanOut({ eventIds: [earlier.id] }));
      expect(await store().deliveries.promote([TURN], NOW)).to.deep.equal([now(waiting?.id)]);
    });

    it('wait for no event about something else, of another account, or for later', async () => {
      await store().events.insert([anEvent({ subjectId: '8' }), anEvent({ accountId: '43' })]);
      await store().events.insert([anEvent()], { dueAt: LATER });
      const [waiting] = await chain(KEY, 1);
      expect(await store().deliveries.promote([TURN], NOW)).to.deep.equal([now(waiting?.id)]);
    });

    it('of a whole webhook wait for every event of its account', async () => {
      const earlier = anEvent({ subjectId: '8' });
      await store().events.insert([earlier]);
      const [waiting] = await chain('webhook:wh_1', 1);
      expect(await store().deliveries.promote([aTurn('webhook:wh_1')], NOW)).to.deep.equal([]);
      await store().events.settle(aFanOut({ eventIds: [earlier.id] }));
      expect(await store().deliveries.promote([aTurn('webhook:wh_1')], NOW)).to.deep.equal([
        now(waiting?.id),
      ]);
    });

    const gathered = (key: string, parts: Partial<DeliveryRecord> = {}) =>
      owe({
        groupKey: key,
        hold: key.startsWith('batch:') ? 'batch' : 'debounce',
        nextAttemptAt: HELD_UNTIL_RESUMED,
        createdAt: NOW,
        ...parts,
      });
    const BATCH = 'batch:wh_1';
    const idsOf = (claimed: readonly ClaimedDelivery[]) => claimed.map(({ delivery }) => delivery.id);

    it('that go together wait for the time of their first, and come with it', async () => {
      const turn = aTurn(BATCH, { waitMs: 500, maxItems: 3 });
      const [first, second] = [await gathered(BATCH), await gathered(BATCH, { createdAt: NOW + 100 })];
      expect(await dueIds(store().deliveries, { now: LATER })).to.deep.equal([]);
      expect(await store().deliveries.waitingGroups(10)).to.deep.equal([BATCH]);
      const promoted = [{ id: first.id, dueAt: NOW + 500 }];
      expect(await store().deliveries.promote([turn], NOW + 200)).to.deep.equal(promoted);
      expect(await store().deliveries.promote([turn], NOW + 200), 'its time is known').to.deep.equal([]);
      expect(await store().deliveries.waitingGroups(10)).to.deep.equal([]);
      expect(await get(first.id)).to.include({ hold: 'batch', nextAttemptAt: NOW + 500 });
      const head = aClaim({ now: NOW + 500 });
      expect(idsOf(await store().deliveries.claim(head))).to.deep.equal([first.id]);
      const others = await store().deliveries.claimGroup({
        ...aClaim({ limit: 2, except: [first.id], now: NOW + 500 }),
        groupKey: BATCH,
      });
      expect(others.map(({ delivery }) => [delivery.id, delivery.state])).to.deep.equal([
        [second.id, 'delivering'],
      ]);
    });

    it('that go together wait no more where there are as many as go', async () => {
      const turn = aTurn(BATCH, { waitMs: 500, maxItems: 3 });
      const first = await gathered(BATCH);
      await store().deliveries.promote([turn], NOW);
      await gathered(BATCH);
      expect(await store().deliveries.promote([turn], NOW)).to.deep.equal([]);
      await gathered(BATCH);
      expect(await store().deliveries.promote([turn], NOW)).to.deep.equal([now(first.id)]);
    });

    it('that go together wait for none that is to be tried again, and none for them', async () => {
      const failed = await gathered(BATCH, { state: 'retrying', hold: null, nextAttemptAt: LATER });
      const waiting = await gathered(BATCH);
      expect(await store().deliveries.promote([aTurn(BATCH)], NOW)).to.deep.equal([now(waiting.id)]);
      const claim = aClaim();
      expect(idsOf(await store().deliveries.claim(claim))).to.deep.equal([waiting.id]);
      const group = { ...aClaim({ except: [waiting.id] }), groupKey: BATCH };
      expect(await store().deliveries.claimGroup(group), 'its time has not come').to.deep.equal([]);
      expect(await dueIds(store().deliveries, { now: LATER })).to.include(failed.id);
    });

    it('that are debounced are not left behind to be tried again', async () => {
      const key = 'debounce:wh_1:order.updated:Order:7';
      const failed = await gathered(key, { state: 'retrying', hold: null, nextAttemptAt: LATER });
      const newer = await gathered(key);
      expect(await store().deliveries.promote([aTurn(key, { waitMs: 100 })], NOW)).to.deep.equal([
        { id: newer.id, dueAt: NOW + 100 },
      ]);
      await store().deliveries.claim(aClaim({ now: NOW + 100 }));
      const group = { ...aClaim({ except: [newer.id], now: NOW + 100 }), groupKey: key };
      expect(idsOf(await store().deliveries.claimGroup(group))).to.deep.equal([failed.id]);
    });

    it('that go together wait for their first also where that is put aside for another reason', async () => {
      const first = await gathered(BATCH);
      await store().deliveries.promote([aTurn(BATCH)], NOW);
      await hold(first.id, 'circuit');
      await gathered(BATCH);
      expect(await store().deliveries.promote([aTurn(BATCH)], NOW)).to.deep.equal([]);
      expect(await store().deliveries.waitingGroups(10)).to.deep.equal([]);
    });

    it('have nothing to do with each other any more when they are taken out', async () => {
      const [first, second] = await chain(KEY, 2);
      await store().deliveries.promote([TURN], NOW);
      expect(await store().deliveries.ungroup('wh_none', NOW)).to.equal(2);
      expect(await dueIds(store().deliveries)).to.have.members([first?.id, second?.id]);
      expect(await get(String(second?.id))).to.include({ hold: null, groupKey: null });
      expect(await store().deliveries.waitingGroups(10)).to.deep.equal([]);
    });
  });

  describe('turns of a webhook', () => {
    const rate = { count: 2, perMs: 1_000 };
    const reserve = (turns: number, now: number, webhookId = 'wh_1') =>
      store().deliveries.reserveTurns([{ webhookId, turns, rate }], now);

    it('come one behind the other, and are not saved up', async () => {
      expect(await reserve(2, NOW)).to.deep.equal([NOW]);
      expect(await reserve(1, NOW)).to.deep.equal([NOW + 1_000]);
      expect(await reserve(1, NOW + 10_000)).to.deep.equal([NOW + 10_000]);
      expect(await reserve(1, NOW, 'wh_2')).to.deep.equal([NOW]);
      const firsts = await Promise.all(Array.from({ length: 5 }, () => reserve(1, NOW + 10_000)));
      expect(new Set(firsts.flat()).size).to.equal(5);
    });

    it('are reserved for many webhooks at once, each with its own rate', async () => {
      await reserve(4, NOW, 'wh_2');
      const requests = [
        { webhookId: 'wh_2', turns: 1, rate },
        { webhookId: 'wh_1', turns: 3, rate: { count: 1, perMs: 10 } },
      ];
      expect(await store().deliveries.reserveTurns(requests, NOW)).to.deep.equal([NOW + 2_000, NOW]);
      expect(await reserve(1, NOW)).to.deep.equal([NOW + 30]);
      expect(await store().deliveries.reserveTurns([], NOW)).to.deep.equal([]);
    });

    it('are forgotten where they count no more', async () => {
      await reserve(1_000, NOW);
      await store().deliveries.forgetTurns('wh_1');
      expect(await reserve(1, NOW)).to.deep.equal([NOW]);
    });
  });

  describe('what is due', () => {
    it('comes first attempts first, but for a quarter that is kept for others', async () => {
      for (let i = 0; i < 8; i++)
        await owe({ state: 'retrying', nextAttemptAt: NOW - 1_000, attemptCount: 1 });
      for (let i = 0; i < 8; i++) await owe();
      const states = async (limit: number) => {
        const claimed = await store().deliveries.claim(aClaim({ limit }));
        return claimed.filter(({ delivery }) => delivery.attemptCount === 0).length;
      };
      expect(await states(8)).to.equal(6);
      expect(await states(8)).to.equal(2);
    });

    it('comes webhook by webhook: who has few waiting is not behind all that another has', async () => {
      for (let i = 0; i < 30; i++) await owe({ webhookId: 'wh_1', nextAttemptAt: NOW - 1_000 });
      const others = [
        await owe({ webhookId: 'wh_2', nextAttemptAt: NOW - 1 }),
        await owe({ webhookId: 'wh_3', nextAttemptAt: NOW }),
      ];
      const ids: string[] = [];
      for (let i = 0; i < 2; i++) {
        const claimed = await store().deliveries.claim(aClaim({ limit: 8 }));
        expect(claimed).to.have.length(8);
        ids.push(...claimed.map(({ delivery }) => delivery.id));
      }
      expect(ids).to.include.members(others.map(({ id }) => id));
    });
  });

  describe('the health of webhooks', () => {
    const since = NOW - 5_000;

    it('counts failures from the first on, and forgets them', async () => {
      const { health } = store();
      const [record] = await health.addFailures([{ webhookId: 'wh_1', count: 2, since }]);
      expect(record).to.deep.equal({
        webhookId: 'wh_1',
        failingSince: since,
        failureCount: 2,
        warnedPercent: 0,
        probeAt: null,
      });
      const again = await health.addFailures([
        { webhookId: 'wh_2', count: 1, since: NOW },
        { webhookId: 'wh_1', count: 3, since: NOW },
      ]);
      expect(again.map(({ webhookId, failureCount }) => [webhookId, failureCount])).to.deep.equal([
        ['wh_2', 1],
        ['wh_1', 5],
      ]);
      expect(await health.clear(['wh_1', 'wh_3'])).to.deep.equal(['wh_1']);
      expect((await health.get(['wh_1', 'wh_2'])).map(({ webhookId }) => webhookId)).to.deep.equal(['wh_2']);
      expect(await health.addFailures([])).to.deep.equal([]);
    });

    it('lets one caller probe', async () => {
      const { health } = store();
      await health.addFailures([{ webhookId: 'wh_1', count: 1, since }]);
      await health.setProbe('wh_1', NOW);
      const probe = () => health.claimProbes({ now: NOW, limit: 5, nextProbeAt: LATER });
      const claimed = (await Promise.all([probe(), probe()])).flat();
      expect(claimed.map(({ webhookId, probeAt }) => [webhookId, probeAt])).to.deep.equal([['wh_1', LATER]]);
      await health.setProbe('wh_1', null);
      expect(await health.claimProbes({ now: LATER, limit: 5, nextProbeAt: LATER })).to.deep.equal([]);
    });

    it('knows whether anything was delivered since', async () => {
      const { id } = await owe({ webhookId: 'wh_1' });
      await finish(id);
      const finalizedAt = (await get(id))?.finalizedAt ?? 0;
      expect(await store().health.hasDeliveredSince('wh_1', finalizedAt)).to.equal(true);
      expect(await store().health.hasDeliveredSince('wh_1', finalizedAt + 1)).to.equal(false);
      expect(await store().health.hasDeliveredSince('wh_2', 0)).to.equal(false);
    });
  });
}
