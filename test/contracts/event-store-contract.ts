import type { ClaimedEvent, Store } from '@hookline/core';
import { expect } from 'chai';
import {
  aClaim,
  aDelivered,
  aDelivery,
  aFanOut,
  anEvent,
  aReceipt,
  aRun,
  dueIds,
  LEASE_MS,
  NOW,
  unheard,
} from './store-records.js';

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const idsOf = (claimed: readonly ClaimedEvent[]) => claimed.map(({ event }) => event.id);

export function eventContract(store: () => Store): void {
  describe('events', () => {
    it('gives an event back as it was stored', async () => {
      const event = anEvent({ causationId: 'evt_before', depth: 2 });
      await store().events.insert([event]);
      expect(await store().events.get(event.id, {})).to.deep.equal(event);
      expect(await store().events.get('evt_none', {})).to.equal(null);
    });

    it('gives back an event without account and subject', async () => {
      const event = anEvent({ accountId: null, subjectType: null, subjectId: null, visibility: 'internal' });
      await store().events.insert([event]);
      expect(await store().events.get(event.id, { accountId: null })).to.deep.equal(event);
    });

    it('keeps the request that an event came about in, and the one webhook that it is for', async () => {
      const event = anEvent({ requestId: 'req "7" ☃', webhookId: 'wh_1' });
      await store().events.insert([event]);
      expect(await store().events.get(event.id, {})).to.deep.equal(event);
      expect(await store().events.list({ limit: 10 })).to.deep.equal([event]);
      expect(await store().events.claim(aClaim())).to.deep.equal(unheard(event));
    });

    it('keeps both where the event is that of a request which was recorded', async () => {
      const event = anEvent({ requestId: 'req-7', webhookId: 'wh_1' });
      await store().receipts.record([{ receipt: aReceipt(event), event }]);
      expect(await store().events.get(event.id, {})).to.deep.equal(event);
    });

    it('takes out the events that others come in place of', async () => {
      const [kept, first, second, leased] = [anEvent(), anEvent(), anEvent(), anEvent()];
      await store().events.insert([kept, first, second]);
      await store().events.insert([leased], { leasedUntil: NOW + LEASE_MS });
      const late = anEvent();
      await store().events.insert([late], { replacing: ids([first, leased]) });
      expect(await store().events.list({ limit: 10 })).to.deep.equal([late, second, kept]);
      expect(await store().events.get(first.id, {})).to.equal(null);
      expect(await store().events.claim(aClaim({ now: NOW + LEASE_MS }))) //
        .to.deep.equal(unheard(kept, second, late));
    });

    it('takes events out in place of which none come, and passes over those that are not there', async () => {
      const [kept, gone] = [anEvent(), anEvent()];
      await store().events.insert([kept, gone]);
      await store().events.insert([], { replacing: ['evt_none', gone.id] });
      await store().events.insert([], { replacing: [gone.id] });
      await store().events.insert([], { replacing: [] });
      expect(await store().events.list({ limit: 10 })).to.deep.equal([kept]);
      expect(await store().events.claim(aClaim())).to.deep.equal(unheard(kept));
    });

    it('takes nothing out where what comes in its place cannot be stored', async () => {
      const [known, other] = [anEvent(), anEvent()];
      await store().events.insert([known, other]);
      const failure = await store()
        .events.insert([anEvent(), known], { replacing: [other.id] })
        .catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(Error);
      expect(await store().events.list({ limit: 10 })).to.deep.equal([other, known]);
    });

    it('fans out nothing of an event that was taken out', async () => {
      const [gone, late] = [anEvent(), anEvent()];
      await store().events.insert([gone]);
      await store().events.insert([late], { replacing: [gone.id] });
      const deliveries = [gone, late].map((event) => aDelivery(event));
      const fanOut = aFanOut({
        eventIds: ids([gone, late]),
        deliveries,
        runs: [aRun(gone)],
        unclaimedAt: NOW,
      });
      await store().events.settle(fanOut);
      expect(await store().deliveries.list({ limit: 10 })).to.deep.equal([deliveries[1]]);
      expect(await dueIds(store().runs)).to.deep.equal([]);
    });

    it('inserts nothing for an empty list', async () => {
      await store().events.insert([]);
      expect(await store().events.list({ limit: 10 })).to.deep.equal([]);
    });

    it('inserts all or none', async () => {
      const [known, first, last] = [anEvent(), anEvent(), anEvent()];
      await store().events.insert([known]);
      const failure = await store()
        .events.insert([first, known, last])
        .then(() => null)
        .catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(Error);
      expect(await store().events.list({ limit: 10 })).to.deep.equal([known]);
      expect(await store().events.claim(aClaim())).to.deep.equal(unheard(known));
    });

    it('claims the oldest first, and each event once', async () => {
      const events = [anEvent(), anEvent(), anEvent()];
      await store().events.insert(events);
      expect(await store().events.claim(aClaim({ limit: 2 }))).to.deep.equal(unheard(...events.slice(0, 2)));
      expect(await store().events.claim(aClaim({ limit: 2 }))).to.deep.equal(unheard(...events.slice(2)));
      expect(await store().events.claim(aClaim())).to.deep.equal([]);
    });

    it('gives each event to one of many claims at the same time', async () => {
      const events = Array.from({ length: 60 }, () => anEvent());
      await store().events.insert(events);
      const claims = Array.from({ length: 6 }, () => store().events.claim(aClaim({ limit: 20 })));
      const claimed = (await Promise.all(claims)).flat();
      expect(new Set(idsOf(claimed)).size).to.equal(claimed.length);
      const rest = await store().events.claim(aClaim());
      expect(idsOf([...claimed, ...rest]).sort()).to.deep.equal(ids(events));
    });

    it('claims only the ids it is asked for', async () => {
      const [first, second] = [anEvent(), anEvent()];
      await store().events.insert([first, second]);
      expect(idsOf(await store().events.claim(aClaim({ ids: [second.id] })))).to.deep.equal([second.id]);
    });

    it('leaves an event to the process that stored it until its lease ends', async () => {
      const event = anEvent();
      await store().events.insert([event], { leasedUntil: NOW + 500 });
      expect(await store().events.claim(aClaim({ now: NOW + 499 }))).to.deep.equal([]);
      expect(idsOf(await store().events.claim(aClaim({ now: NOW + 500 })))).to.deep.equal([event.id]);
    });

    it('gives an event to the next claim when a lease ended', async () => {
      const event = anEvent();
      await store().events.insert([event]);
      await store().events.claim(aClaim());
      expect(await store().events.claim(aClaim({ now: NOW + LEASE_MS - 1 }))).to.deep.equal([]);
      expect(idsOf(await store().events.claim(aClaim({ now: NOW + LEASE_MS })))).to.deep.equal([event.id]);
    });

    it('prolongs the hold on events in hand, whoever got them how', async () => {
      const [stored, claimed] = [anEvent(), anEvent()];
      await store().events.insert([stored], { leasedUntil: NOW + LEASE_MS });
      await store().events.insert([claimed]);
      await store().events.claim(aClaim());
      await store().events.renew(ids([stored, claimed]), NOW + 3 * LEASE_MS);
      expect(await store().events.claim(aClaim({ now: NOW + 3 * LEASE_MS - 1 }))).to.deep.equal([]);
      const ended = await store().events.claim(aClaim({ now: NOW + 3 * LEASE_MS }));
      expect(ended).to.deep.equal(unheard(stored, claimed));
    });

    it('gives back what was not fanned out, for anybody to claim at once', async () => {
      const [first, second] = [anEvent(), anEvent()];
      await store().events.insert([first, second], { leasedUntil: NOW + LEASE_MS });
      await store().events.release([second.id], { isHeard: false });
      expect(await store().events.claim(aClaim())).to.deep.equal(unheard(second));
    });

    it('tells of an event whether it was heard, and once heard it stays so', async () => {
      const event = anEvent();
      await store().events.insert([event], { leasedUntil: NOW + LEASE_MS });
      await store().events.release([event.id], { isHeard: true });
      expect(await store().events.claim(aClaim())).to.deep.equal([{ event, isHeard: true }]);
      await store().events.renew([event.id], NOW + 2 * LEASE_MS);
      await store().events.release([event.id], { isHeard: false });
      expect(await store().events.claim(aClaim())).to.deep.equal([{ event, isHeard: true }]);
    });

    it('neither prolongs nor gives back what is fanned out or not there', async () => {
      const event = anEvent();
      await store().events.insert([event]);
      await store().events.settle(aFanOut({ eventIds: [event.id] }));
      await store().events.renew([event.id, 'evt_none'], NOW + LEASE_MS);
      await store().events.release([event.id, 'evt_none'], { isHeard: false });
      expect(await store().events.claim(aClaim({ now: NOW + 2 * LEASE_MS }))).to.deep.equal([]);
      expect(await store().events.list({ limit: 10 })).to.deep.equal([event]);
    });

    it('renews, releases and settles at the same time', async () => {
      const events = Array.from({ length: 40 }, () => anEvent());
      await store().events.insert(events, { leasedUntil: NOW + LEASE_MS });
      const all = ids(events);
      const settled = events.slice(0, 30);
      const deliveries = settled.map((event) => aDelivery(event));
      await Promise.all([
        store().events.renew(all.toReversed(), NOW + LEASE_MS),
        store().events.settle(aFanOut({ eventIds: ids(settled).toReversed(), deliveries })),
        store().events.release(all.slice(30), { isHeard: true }),
        store().events.settle(aFanOut({ eventIds: ids(settled), deliveries: deliveries.toReversed() })),
      ]);
      expect(await store().deliveries.list({ limit: 100 })).to.have.length(30);
      await store().events.release(all, { isHeard: false });
      expect(idsOf(await store().events.claim(aClaim())).sort()).to.deep.equal(all.slice(30));
    });

    it('stores what is owed together with the mark that the events were fanned out', async () => {
      const event = anEvent();
      const [delivery, run] = [aDelivery(event), aRun(event)];
      await store().events.insert([event]);
      await store().events.settle(aFanOut({ eventIds: [event.id], deliveries: [delivery], runs: [run] }));
      expect(await store().events.claim(aClaim({ now: NOW + 2 * LEASE_MS }))).to.deep.equal([]);
      expect(await store().deliveries.get(delivery.id, {})).to.deep.equal(delivery);
      expect(await dueIds(store().runs)).to.deep.equal([run.id]);
    });

    it('fans out once what is fanned out twice', async () => {
      const event = anEvent();
      const delivery = aDelivery(event);
      const fanOut = aFanOut({ eventIds: [event.id], deliveries: [delivery], runs: [aRun(event)] });
      await store().events.insert([event]);
      await store().events.settle(fanOut);
      const { lease } = await claimAll(store());
      await store().deliveries.settle([aDelivered(delivery.id, lease)]);
      await store().events.settle(fanOut);
      expect(await store().deliveries.get(delivery.id, {})).to.include({
        state: 'delivered',
        attemptCount: 1,
      });
      expect(await store().deliveries.list({ limit: 10 })).to.have.length(1);
      expect(await dueIds(store().runs)).to.have.length(1);
    });

    it('stores nothing more for an event that is fanned out', async () => {
      const event = anEvent();
      await store().events.insert([event]);
      const fanOut = aFanOut({ eventIds: [event.id] });
      await store().events.settle(fanOut);
      await store().events.settle(
        aFanOut({ ...fanOut, deliveries: [aDelivery(event)], runs: [aRun(event)] }),
      );
      expect(await store().deliveries.list({ limit: 10 })).to.deep.equal([]);
      expect(await dueIds(store().runs)).to.deep.equal([]);
    });

    it('fans out what nobody wants', async () => {
      const event = anEvent();
      await store().events.insert([event]);
      await store().events.settle(aFanOut({ eventIds: [event.id] }));
      expect(await store().events.claim(aClaim())).to.deep.equal([]);
      expect(await store().events.get(event.id, {})).to.deep.equal(event);
    });

    it('lists newest first, and a cursor stays where it is when newer ones come', async () => {
      const events = Array.from({ length: 5 }, () => anEvent());
      await store().events.insert(events);
      const [e1, e2, e3, e4, e5] = ids(events);
      const first = await store().events.list({ limit: 2 });
      expect(ids(first)).to.deep.equal([e5, e4]);
      await store().events.insert([anEvent()]);
      const second = await store().events.list({ limit: 2, before: String(e4) });
      expect(ids(second)).to.deep.equal([e3, e2]);
      expect(ids(await store().events.list({ limit: 2, before: String(e2) }))).to.deep.equal([e1]);
    });

    it('lists by type and by subject', async () => {
      const created = anEvent({ subjectId: '1' });
      const closed = anEvent({ type: 'conversation.closed', subjectId: '1' });
      const other = anEvent({ type: 'message.created', subjectType: 'Message', subjectId: '1' });
      await store().events.insert([created, closed, other]);
      const list = async (query: object) => ids(await store().events.list({ limit: 10, ...query }));
      expect(await list({ type: 'conversation.closed' })).to.deep.equal([closed.id]);
      expect(await list({ subjectType: 'Conversation', subjectId: '1' })).to.deep.equal([
        closed.id,
        created.id,
      ]);
      expect(await list({ subjectType: 'Message' })).to.deep.equal([other.id]);
      expect(await list({ type: 'nothing' })).to.deep.equal([]);
    });

    it('lists by visibility', async () => {
      const [internal, shown] = [anEvent({ visibility: 'internal' }), anEvent()];
      await store().events.insert([internal, shown]);
      const list = async (query: object) => ids(await store().events.list({ limit: 10, ...query }));
      expect(await list({ visibility: 'internal' })).to.deep.equal([internal.id]);
      expect(await list({ visibility: 'subscribable', accountId: '42' })).to.deep.equal([shown.id]);
      expect(await list({ visibility: 'internal', accountId: '43' })).to.deep.equal([]);
      expect(await list({})).to.deep.equal([shown.id, internal.id]);
    });

    it('shows an account its own events alone', async () => {
      const [mine, theirs, nobodys] = [anEvent(), anEvent({ accountId: '43' }), anEvent({ accountId: null })];
      await store().events.insert([mine, theirs, nobodys]);
      expect(await store().events.get(theirs.id, { accountId: '42' })).to.equal(null);
      expect(await store().events.get(nobodys.id, { accountId: '42' })).to.equal(null);
      expect(await store().events.get(mine.id, { accountId: null })).to.equal(null);
      expect(ids(await store().events.list({ accountId: '42', limit: 10 }))).to.deep.equal([mine.id]);
      expect(ids(await store().events.list({ accountId: null, limit: 10 }))).to.deep.equal([nobodys.id]);
      expect(ids(await store().events.list({ limit: 10 }))).to.deep.equal([nobodys.id, theirs.id, mine.id]);
    });
  });
}

async function claimAll(store: Store): Promise<{ readonly lease: string }> {
  const claim = aClaim();
  await store.deliveries.claim(claim);
  return claim;
}
