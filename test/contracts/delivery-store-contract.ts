import type { ClaimedDelivery, DeliveryRecord, DeliveryResult, EventRecord, Store } from '@hookline/core';
import { expect } from 'chai';
import { expectError } from '../support/expect-error.js';
import {
  aClaim,
  aDelivered,
  aDelivery,
  aFanOut,
  anAttempt,
  anEvent,
  aResult,
  aWebhook,
  dueIds,
  LEASE_MS,
  NOW,
} from './store-records.js';

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

function withoutOrder({ order: _, ...claimed }: ClaimedDelivery): Omit<ClaimedDelivery, 'order'> {
  return claimed;
}

export function deliveryContract(store: () => Store): void {
  /** An event that is fanned out into deliveries like these. */
  async function owe(...parts: Partial<DeliveryRecord>[]) {
    const event = anEvent();
    return { event, deliveries: await oweAll(event, parts) };
  }

  async function oweAll(event: EventRecord, parts: readonly Partial<DeliveryRecord>[]) {
    const deliveries = parts.map((each) => aDelivery(event, each));
    await store().events.insert([event]);
    await store().events.settle(aFanOut({ eventIds: [event.id], deliveries }));
    return deliveries;
  }

  async function oweOne(parts: Partial<DeliveryRecord> = {}): Promise<DeliveryRecord> {
    const { deliveries } = await owe(parts);
    return deliveries[0] as DeliveryRecord;
  }

  const get = (id: string) => store().deliveries.get(id, {});

  /** Claims a delivery and settles it, as a worker does. */
  async function attempt(id: string, result: Partial<DeliveryResult>, now = NOW): Promise<void> {
    const claim = aClaim({ ids: [id], now });
    expect(await store().deliveries.claim(claim)).to.have.length(1);
    await store().deliveries.settle([aResult(id, claim.lease, result)]);
  }

  describe('deliveries', () => {
    it('claims a delivery together with its payload and webhook', async () => {
      const webhook = aWebhook();
      await store().webhooks.insert(webhook);
      const { event, deliveries } = await owe({ webhookId: webhook.id });
      const claimed = await store().deliveries.claim(aClaim());
      const delivery = { ...deliveries[0], state: 'delivering' };
      expect(claimed.map(withoutOrder)).to.deep.equal([
        { delivery, payload: event.payload, headers: null, depth: 0, webhook },
      ]);
      expect(await get(String(delivery.id))).to.deep.equal(delivery);
    });

    it('claims many deliveries of the same events and webhooks, each with its own', async () => {
      const webhooks = [aWebhook(), aWebhook({ url: 'https://example.org' })];
      for (const webhook of webhooks) await store().webhooks.insert(webhook);
      const parts = [...webhooks, { id: 'wh_none' }].map(({ id }) => ({ webhookId: id }));
      const owed = [await owe(...parts), await owe(...parts)];
      const claimed = await store().deliveries.claim(aClaim());
      const expected = owed.flatMap(({ event, deliveries }) =>
        deliveries.map((delivery, i) => ({
          delivery: { ...delivery, state: 'delivering' },
          payload: event.payload,
          headers: null,
          depth: 0,
          webhook: webhooks[i] ?? null,
        })),
      );
      expect(claimed.map(withoutOrder)).to.have.deep.members(expected).and.to.have.length(6);
    });

    it('claims a delivery whose webhook was deleted', async () => {
      await oweOne();
      const [claimed] = await store().deliveries.claim(aClaim());
      expect(claimed?.webhook).to.equal(null);
    });

    it('claims what is due and nothing else', async () => {
      const { deliveries } = await owe({ nextAttemptAt: NOW }, { nextAttemptAt: NOW + 1 });
      const claimed = await store().deliveries.claim(aClaim());
      expect(claimed.map(({ delivery }) => delivery.id)).to.deep.equal([deliveries[0]?.id]);
    });

    it('claims only the ids it is asked for, and no more than the limit', async () => {
      const { deliveries } = await owe({}, {}, {});
      const [d1, d2, d3] = ids(deliveries);
      const claim = async (...wanted: unknown[]) => {
        const claimed = await store().deliveries.claim(aClaim({ ids: wanted as string[], limit: 2 }));
        return claimed.map(({ delivery }) => delivery.id);
      };
      expect(await claim(d2, 'dlv_none')).to.deep.equal([d2]);
      expect(await claim(d2)).to.deep.equal([]);
      expect((await claim(d1, d3)).sort()).to.deep.equal([d1, d3]);
      expect(await claim()).to.deep.equal([]);
    });

    it('gives each delivery to one of many claims at the same time', async () => {
      const { deliveries } = await owe(...Array.from({ length: 60 }, () => ({})));
      const all = ids(deliveries);
      const claims = Array.from({ length: 6 }, (_, i) =>
        store().deliveries.claim(aClaim(i % 2 ? { ids: all } : { limit: 20 })),
      );
      const claimed = (await Promise.all(claims)).flat().map(({ delivery }) => delivery.id);
      expect(new Set(claimed).size).to.equal(claimed.length);
      const rest = (await store().deliveries.claim(aClaim())).map(({ delivery }) => delivery.id);
      expect([...claimed, ...rest].sort()).to.deep.equal(all);
    });

    it('claims what is due and leased by nobody, the longest due first', async () => {
      const { deliveries } = await owe(
        { nextAttemptAt: NOW - 1 },
        { nextAttemptAt: NOW - 3 },
        { nextAttemptAt: NOW - 2 },
      );
      const [d1, d2, d3] = ids(deliveries);
      const claimOne = async (now = NOW) => {
        const claimed = await store().deliveries.claim(aClaim({ limit: 1, now }));
        return claimed.map(({ delivery }) => delivery.id);
      };
      expect(await claimOne()).to.deep.equal([d2]);
      expect(await claimOne()).to.deep.equal([d3]);
      expect(await claimOne()).to.deep.equal([d1]);
      expect(await claimOne()).to.deep.equal([]);
      expect(await claimOne(NOW + LEASE_MS)).to.deep.equal([d2]);
    });

    it('claims the longest due first, no more than there is room for', async () => {
      const { deliveries } = await owe(
        { nextAttemptAt: NOW - 1 },
        { nextAttemptAt: NOW - 3 },
        { nextAttemptAt: NOW - 2 },
      );
      const [d1, d2, d3] = ids(deliveries);
      const claimed = await store().deliveries.claim(aClaim({ limit: 2 }));
      expect(claimed.map(({ delivery }) => delivery.id)).to.have.members([d2, d3]);
      expect(await dueIds(store().deliveries)).to.deep.equal([d1]);
    });

    it('prolongs claims, and names those that were still held', async () => {
      const { deliveries } = await owe({}, {}, {}, {});
      const [d1, d2, d3, d4] = ids(deliveries).map(String) as [string, string, string, string];
      const [one, other] = [aClaim({ ids: [d1, d2] }), aClaim({ ids: [d3, d4] })];
      await store().deliveries.claim(one);
      await store().deliveries.claim(other);
      await store().deliveries.settle([aDelivered(d2, one.lease)]);
      await store().deliveries.release([d4], other.lease);
      const held = [d4, d3, d2, d1, 'dlv_none'].map((id) => ({
        id,
        lease: id === d1 || id === d2 ? one.lease : other.lease,
      }));
      const renewed = await store().deliveries.renew(held, NOW + 2 * LEASE_MS);
      expect(renewed).to.have.members([d1, d3]).and.to.have.length(2);
      const claimable = async (now: number) => {
        const claimed = await store().deliveries.claim(aClaim({ now }));
        return claimed.map(({ delivery }) => delivery.id).sort();
      };
      expect(await claimable(NOW + 2 * LEASE_MS - 1)).to.deep.equal([d4]);
      expect(await claimable(NOW + 2 * LEASE_MS)).to.deep.equal([d1, d3]);
    });

    it('prolongs a claim whose lease has ended, unless somebody else took it', async () => {
      const { deliveries } = await owe({}, {});
      const [ended, lost] = ids(deliveries).map(String) as [string, string];
      const slow = aClaim();
      await store().deliveries.claim(slow);
      await store().deliveries.claim(aClaim({ ids: [lost], now: NOW + LEASE_MS }));
      const held = [ended, lost].map((id) => ({ id, lease: slow.lease }));
      expect(await store().deliveries.renew(held, NOW + 5 * LEASE_MS)).to.deep.equal([ended]);
      const taken = await store().deliveries.claim(aClaim({ now: NOW + 2 * LEASE_MS }));
      expect(taken.map(({ delivery }) => delivery.id)).to.deep.equal([lost]);
    });

    it('prolongs nothing where nothing is held', async () => {
      expect(await store().deliveries.renew([], NOW + LEASE_MS)).to.deep.equal([]);
    });

    it('renews, settles and releases the same claims at the same time', async () => {
      const { deliveries } = await owe(...Array.from({ length: 60 }, () => ({})));
      const claim = aClaim();
      await store().deliveries.claim(claim);
      const held = deliveries.map(({ id }) => ({ id, lease: claim.lease }));
      await Promise.all([
        store().deliveries.settle(held.slice(0, 40).map(({ id, lease }) => aDelivered(id, lease))),
        store().deliveries.renew(held.toReversed(), NOW + 2 * LEASE_MS),
        store().deliveries.release(ids(held.slice(40)).toReversed(), claim.lease),
        store().deliveries.renew(held, NOW + 2 * LEASE_MS),
      ]);
      expect(await store().deliveries.list({ limit: 100, state: 'delivered' })).to.have.length(40);
      expect(await store().deliveries.list({ limit: 100, state: 'pending' })).to.have.length(20);
    });

    it('moves a delivery on and appends its attempt', async () => {
      const delivery = await oweOne();
      const { id } = delivery;
      const claim = aClaim();
      await store().deliveries.claim(claim);
      const result = aResult(id, claim.lease);
      await store().deliveries.settle([result]);
      const moved = {
        attemptCount: 1,
        scheduledAttemptCount: 1,
        nextAttemptAt: NOW + 1_000,
        reason: 'status',
      };
      expect(await get(id)).to.deep.equal({ ...delivery, ...moved, state: 'retrying' });
      expect(await store().deliveries.attempts(id)).to.deep.equal([result.attempt]);
      expect(await store().deliveries.claim(aClaim())).to.deep.equal([]);
      expect(await store().deliveries.claim(aClaim({ now: NOW + 1_000 }))).to.have.length(1);
    });

    it('settles many at once', async () => {
      const { deliveries } = await owe({}, {}, {});
      const claim = aClaim();
      await store().deliveries.claim(claim);
      await store().deliveries.settle(deliveries.map(({ id }) => aDelivered(id, claim.lease)));
      const states = await store().deliveries.list({ limit: 10 });
      expect(states.map(({ state, finalizedAt }) => [state, finalizedAt])).to.deep.equal(
        deliveries.map(() => ['delivered', NOW + 5]),
      );
      expect(await dueIds(store().deliveries, { now: NOW + 2 * LEASE_MS })).to.deep.equal([]);
    });

    it('cancels without an attempt', async () => {
      const { id } = await oweOne();
      const nothingTried = { attempt: null, attemptCount: 0, scheduledAttemptCount: 0, nextAttemptAt: null };
      await attempt(id, { ...nothingTried, state: 'cancelled', reason: 'webhook-deleted', finalizedAt: NOW });
      expect(await get(id)).to.include({ state: 'cancelled', reason: 'webhook-deleted', finalizedAt: NOW });
      expect(await store().deliveries.attempts(id)).to.deep.equal([]);
    });

    it('keeps the state of the new holder where a lease was lost, and appends the attempt all the same', async () => {
      const { id } = await oweOne();
      const [slow, quick] = [aClaim(), aClaim({ now: NOW + LEASE_MS })];
      await store().deliveries.claim(slow);
      expect(await store().deliveries.claim(quick)).to.have.length(1);
      await store().deliveries.settle([aResult(id, slow.lease, { state: 'exhausted', nextAttemptAt: null })]);
      expect(await get(id)).to.include({ state: 'delivering', attemptCount: 0 });
      await store().deliveries.settle([aDelivered(id, quick.lease)]);
      expect(await get(id)).to.include({ state: 'delivered', attemptCount: 1 });
      await store().deliveries.settle([aResult(id, slow.lease)]);
      expect(await get(id)).to.include({ state: 'delivered', attemptCount: 1 });
      expect(await store().deliveries.attempts(id)).to.have.length(3);
    });

    it('gives a released claim back as it was', async () => {
      const { id } = await oweOne();
      await attempt(id, {});
      const before = await get(id);
      const claim = aClaim({ now: NOW + 1_000 });
      await store().deliveries.claim(claim);
      expect(await get(id)).to.include({ state: 'delivering' });
      await store().deliveries.release([id], claim.lease);
      expect(await get(id)).to.deep.equal(before);
      expect(before).to.include({ state: 'retrying' });
      expect(await store().deliveries.claim(aClaim({ now: NOW + 1_000 }))).to.have.length(1);
    });

    it("releases nothing that is somebody else's by now", async () => {
      const { id } = await oweOne();
      const [slow, quick] = [aClaim(), aClaim({ now: NOW + LEASE_MS })];
      await store().deliveries.claim(slow);
      await store().deliveries.claim(quick);
      await store().deliveries.release([id], slow.lease);
      expect(await dueIds(store().deliveries, { now: NOW + LEASE_MS })).to.deep.equal([]);
    });

    it('makes one more attempt due, as one that a person asked for', async () => {
      const { id } = await oweOne();
      await attempt(id, { state: 'exhausted', nextAttemptAt: null, finalizedAt: NOW });
      const asked = await store().deliveries.redeliver(id, { accountId: '42' }, NOW + 9);
      expect(asked).to.include({ state: 'pending', manual: true, nextAttemptAt: NOW + 9, finalizedAt: null });
      expect(asked).to.include({ attemptCount: 1, reason: 'status' });
      expect(await get(id)).to.deep.equal(asked);
      const claim = aClaim({ now: NOW + 9 });
      const [claimed] = await store().deliveries.claim(claim);
      expect(claimed?.delivery).to.include({ state: 'delivering', manual: true });
      await store().deliveries.settle([aDelivered(id, claim.lease)]);
      expect(await get(id)).to.include({ state: 'delivered', manual: false });
    });

    it('keeps what a person asked for where nothing was tried', async () => {
      const { id } = await oweOne();
      await attempt(id, { state: 'exhausted', nextAttemptAt: null, finalizedAt: NOW });
      await store().deliveries.redeliver(id, {}, NOW + 9);
      const putOff = { attempt: null, state: 'pending', manual: true, nextAttemptAt: NOW + 500 } as const;
      await attempt(id, putOff, NOW + 9);
      expect(await get(id)).to.include({ state: 'pending', manual: true, nextAttemptAt: NOW + 500 });
      const [claimed] = await store().deliveries.claim(aClaim({ now: NOW + 500 }));
      expect(claimed?.delivery).to.include({ state: 'delivering', manual: true, attemptCount: 1 });
    });

    it('redelivers from every state in which no attempt is due or running', async () => {
      const states = ['retrying', 'delivered', 'exhausted', 'cancelled'] as const;
      for (const state of states) {
        const { id } = await oweOne();
        await attempt(id, { state, nextAttemptAt: state === 'retrying' ? NOW + 1_000 : null });
        expect(await store().deliveries.redeliver(id, {}, NOW)).to.include({ state: 'pending' });
      }
    });

    it('refuses to redeliver while an attempt is due or running', async () => {
      const { id } = await oweOne();
      const pending = await expectError('STATE_CONFLICT', () => store().deliveries.redeliver(id, {}, NOW));
      expect(pending.details).to.deep.equal({ id, state: 'pending' });
      await store().deliveries.claim(aClaim());
      const delivering = await expectError('STATE_CONFLICT', () => store().deliveries.redeliver(id, {}, NOW));
      expect(delivering.details).to.deep.equal({ id, state: 'delivering' });
    });

    it('lets one of two redeliveries at the same time through', async () => {
      const { id } = await oweOne();
      await attempt(id, { state: 'exhausted', nextAttemptAt: null });
      const both = await Promise.allSettled([1, 2].map((now) => store().deliveries.redeliver(id, {}, now)));
      expect(both.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    });

    it('shows the attempts of a delivery by number', async () => {
      const { id } = await oweOne();
      const [first, second] = [
        anAttempt(id),
        anAttempt(id, { number: 2, responseStatus: null, responseHeaders: null }),
      ];
      await attempt(id, { attempt: second, nextAttemptAt: NOW });
      await attempt(id, { attempt: first });
      expect(await store().deliveries.attempts(id)).to.deep.equal([first, second]);
      expect(await store().deliveries.attempts('dlv_none')).to.deep.equal([]);
    });

    it('lists newest first, page by page', async () => {
      const { deliveries } = await owe({}, {}, {});
      const [d1, d2, d3] = ids(deliveries);
      expect(ids(await store().deliveries.list({ limit: 2 }))).to.deep.equal([d3, d2]);
      await oweOne();
      expect(ids(await store().deliveries.list({ limit: 2, before: String(d2) }))).to.deep.equal([d1]);
    });

    it('lists by webhook, event and event type', async () => {
      const { event, deliveries } = await owe({ webhookId: 'wh_1' }, { webhookId: 'wh_2' });
      const [d1, d2] = ids(deliveries);
      const [d3] = ids(await oweAll(anEvent({ type: 'message.created' }), [{ webhookId: 'wh_1' }]));
      const list = async (query: object) => ids(await store().deliveries.list({ limit: 10, ...query }));
      expect(await list({ webhookId: 'wh_1' })).to.deep.equal([d3, d1]);
      expect(await list({ eventId: event.id })).to.deep.equal([d2, d1]);
      expect(await list({ eventType: 'message.created' })).to.deep.equal([d3]);
      expect(await list({ eventType: 'message.created', webhookId: 'wh_2' })).to.deep.equal([]);
    });

    it('lists by state', async () => {
      const { deliveries } = await owe({}, {}, {}, {}, {}, {});
      const [pending, delivering, retrying, delivered, exhausted, cancelled] = ids(deliveries);
      await attempt(String(retrying), {});
      await attempt(String(delivered), { state: 'delivered', nextAttemptAt: null });
      await attempt(String(exhausted), { state: 'exhausted', nextAttemptAt: null });
      await attempt(String(cancelled), { state: 'cancelled', nextAttemptAt: null });
      await store().deliveries.claim(aClaim({ ids: [String(delivering)] }));
      const expected = { pending, delivering, retrying, delivered, exhausted, cancelled };
      for (const [state, id] of Object.entries(expected)) {
        const listed = await store().deliveries.list({ limit: 10, state: state as DeliveryRecord['state'] });
        expect(listed.map((row) => [row.id, row.state])).to.deep.equal([[id, state]]);
      }
    });

    it('lists by state page by page, of an account, a webhook or an event', async () => {
      for (const state of [
        'pending',
        'delivering',
        'retrying',
        'delivered',
        'exhausted',
        'cancelled',
      ] as const) {
        const webhookId = `wh_${state}`;
        const mine = await owe({ webhookId }, { webhookId }, { webhookId });
        const theirs = await owe({ webhookId, accountId: '43' });
        for (const { id } of [...mine.deliveries, ...theirs.deliveries]) await bringTo(id, state);
        const list = async (query: object) =>
          ids(await store().deliveries.list({ limit: 2, state, ...query }));
        const [d1, d2, d3] = ids(mine.deliveries);
        expect(await list({ accountId: '42' }), state).to.deep.equal([d3, d2]);
        expect(await list({ accountId: '42', before: String(d2) }), state).to.deep.equal([d1]);
        expect(await list({ webhookId, accountId: '43' }), state).to.deep.equal(ids(theirs.deliveries));
        expect(await list({ eventId: mine.event.id, before: String(d3) }), state).to.deep.equal([d2, d1]);
        expect(await list({ webhookId: 'wh_other' }), state).to.deep.equal([]);
      }
    });

    async function bringTo(id: string, state: DeliveryRecord['state']): Promise<void> {
      if (state === 'pending') return;
      const claim = aClaim({ ids: [id] });
      await store().deliveries.claim(claim);
      if (state === 'delivering') return;
      const nextAttemptAt = state === 'retrying' ? NOW + 1_000 : null;
      await store().deliveries.settle([aResult(id, claim.lease, { state, nextAttemptAt })]);
    }

    it('answers all that events owed, by id, whatever became of it', async () => {
      const [first, other, second, bare] = [await owe({}, {}), await owe({}), await owe({}), await owe()];
      const [d1, d2] = ids(first.deliveries).map(String) as [string, string];
      const d3 = String(second.deliveries[0]?.id);
      await attempt(d1, { state: 'delivered', nextAttemptAt: null });
      await attempt(d2, { state: 'exhausted', nextAttemptAt: null });
      await store().deliveries.claim(aClaim({ ids: [d3] }));
      const asked = [second, bare, first].map(({ event }) => event.id);
      const answered = await store().deliveries.ofEvents([...asked, 'evt_none']);
      expect(answered.map(({ id, state }) => [id, state])).to.deep.equal([
        [d1, 'delivered'],
        [d2, 'exhausted'],
        [d3, 'delivering'],
      ]);
      expect(answered).to.deep.equal([await get(d1), await get(d2), await get(d3)]);
      expect(ids(await store().deliveries.ofEvents([other.event.id]))).to.deep.equal(ids(other.deliveries));
    });

    it('answers nothing for no events, for one that owed nothing, and for one that is not there', async () => {
      await oweOne();
      const { event } = await owe();
      for (const asked of [[], [event.id], ['evt_none']]) {
        expect(await store().deliveries.ofEvents(asked)).to.deep.equal([]);
      }
    });

    it('tells the deliveries of an event from those of one whose id begins as its own', async () => {
      const event = anEvent();
      const longer = anEvent({ id: `${event.id}0` });
      const [own] = await oweAll(event, [{}]);
      const [others] = await oweAll(longer, [{}]);
      expect(await store().deliveries.ofEvents([event.id])).to.deep.equal([own]);
      expect(await store().deliveries.ofEvents([longer.id])).to.deep.equal([others]);
    });

    it('keeps the deliveries of other accounts from being read or redelivered', async () => {
      const { id } = await oweOne({ accountId: '43' });
      await attempt(id, { state: 'exhausted', nextAttemptAt: null });
      for (const scope of [{ accountId: '42' }, { accountId: null }]) {
        expect(await store().deliveries.get(id, scope)).to.equal(null);
        expect(await store().deliveries.list({ ...scope, limit: 10 })).to.deep.equal([]);
        expect(await store().deliveries.redeliver(id, scope, NOW)).to.equal(null);
      }
      expect(await store().deliveries.list({ accountId: '43', limit: 10 })).to.have.length(1);
      expect(await store().deliveries.redeliver('dlv_none', {}, NOW)).to.equal(null);
    });
  });
}
