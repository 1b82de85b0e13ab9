import type { EventRecord, FanOut, Owed, RunRecord, Store } from '@hookline/core';
import { expect } from 'chai';
import {
  aClaim,
  aDelivered,
  aDelivery,
  aFanOut,
  anEvent,
  aRun,
  aRunResult,
  aWebhook,
  dueIds,
  LEASE_MS,
  NOW,
  nextId,
} from './store-records.js';

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

/** What the one who fans events out tells the store about them, and what it makes of it. */
export function fanOutContract(store: () => Store): void {
  async function stored(...events: EventRecord[]): Promise<readonly string[]> {
    await store().events.insert(events);
    return ids(events);
  }

  const leased = <Item>(item: Item, lease: string | null): Owed<Item> => ({ ...item, lease });

  /** Two deliveries and two runs of an event, one of each leased. */
  function halfLeased(event: EventRecord, lease = nextId('lse')) {
    const deliveries = [leased(aDelivery(event), lease), leased(aDelivery(event), null)] as const;
    const runs = [leased(aRun(event), lease), leased(aRun(event), null)] as const;
    const fanOut: FanOut = {
      eventIds: [event.id],
      deliveries,
      runs,
      leasedUntil: NOW + LEASE_MS,
      webhookVersion: null,
    };
    return { deliveries, runs, lease, fanOut };
  }

  const claimDeliveries = async (now = NOW) =>
    ids((await store().deliveries.claim(aClaim({ now }))).map(({ delivery }) => delivery));
  const statesOf = async (rows: readonly { readonly id: string }[]) =>
    Promise.all(rows.map(async ({ id }) => (await store().deliveries.get(id, {}))?.state));

  describe('fan-out', () => {
    it('stores rows as claimed, and names those that are', async () => {
      const event = anEvent();
      await stored(event);
      const { deliveries, runs, fanOut } = halfLeased(event);
      const fannedOut = await store().events.settle(fanOut);
      expect(fannedOut).to.have.property('kind', 'stored');
      const { claimedIds } = fannedOut as { claimedIds: readonly string[] };
      expect(claimedIds).to.have.members([deliveries[0].id, runs[0].id]).and.to.have.length(2);
      expect(await statesOf(deliveries)).to.deep.equal(['delivering', 'pending']);
      const { lease: _, ...delivery } = deliveries[0];
      expect(await store().deliveries.list({ limit: 10, state: 'delivering' })).to.deep.equal([
        { ...delivery, state: 'delivering' },
      ]);
    });

    it('gives what it stored as claimed to nobody else until the lease ends', async () => {
      const event = anEvent();
      await stored(event);
      const { deliveries, runs, fanOut } = halfLeased(event);
      await store().events.settle(fanOut);
      expect(await dueIds(store().deliveries, { now: NOW + LEASE_MS - 1 })).to.deep.equal([deliveries[1].id]);
      expect(await dueIds(store().runs, { now: NOW + LEASE_MS - 1 })).to.deep.equal([runs[1].id]);
      expect(await dueIds(store().deliveries, { now: NOW + LEASE_MS })).to.have.members(ids(deliveries));
      expect(await dueIds(store().runs, { now: NOW + LEASE_MS })).to.have.members(ids(runs));
    });

    it('leaves it to the holder to renew, settle and release what it stored as claimed', async () => {
      const event = anEvent();
      await stored(event);
      const lease = nextId('lse');
      const [first, second] = [aDelivery(event), aDelivery(event)];
      const run = aRun(event);
      await store().events.settle({
        ...halfLeased(event).fanOut,
        deliveries: [leased(first, lease), leased(second, lease)],
        runs: [leased(run, lease)],
      });
      const held = [first, second].map(({ id }) => ({ id, lease }));
      expect(await store().deliveries.renew(held, NOW + 2 * LEASE_MS)).to.have.length(2);
      await store().deliveries.settle([aDelivered(first.id, lease)]);
      await store().deliveries.release([second.id], lease);
      expect(await statesOf([first, second])).to.deep.equal(['delivered', 'pending']);
      expect(await store().deliveries.attempts(first.id)).to.have.length(1);
      await store().runs.settle([aRunResult(run.id, lease, { attemptCount: 4, nextAttemptAt: NOW })]);
      const [claimed] = await store().runs.claim(aClaim());
      expect(claimed?.run).to.include({ id: run.id, attemptCount: 4 });
    });

    it('names none of the rows of an event that is fanned out already', async () => {
      const event = anEvent();
      await stored(event);
      await store().events.settle(halfLeased(event).fanOut);
      const again = await store().events.settle(halfLeased(event).fanOut);
      expect(again).to.deep.equal({ kind: 'stored', claimedIds: [] });
    });

    it('names none where nothing was to be claimed', async () => {
      const event = anEvent();
      await stored(event);
      const fanOut = aFanOut({ eventIds: [event.id], deliveries: [aDelivery(event)] });
      expect(await store().events.settle(fanOut)).to.deep.equal({ kind: 'stored', claimedIds: [] });
      expect(await store().events.settle(aFanOut({ eventIds: [event.id] }))).to.deep.equal({
        kind: 'stored',
        claimedIds: [],
      });
    });

    it('tells of each of two fan-outs at the same time what is its own', async () => {
      const events = Array.from({ length: 20 }, () => anEvent());
      const eventIds = await stored(...events);
      const runs: readonly RunRecord[] = events.map((event) => aRun(event));
      const deliveries = events.map((event) => aDelivery(event));
      const settle = async (lease: string) => {
        const owed = {
          deliveries: deliveries.map((each) => leased(each, lease)),
          runs: runs.map((each) => leased(each, lease)),
        };
        const fannedOut = await store().events.settle({
          ...{ ...owed, eventIds, leasedUntil: NOW + LEASE_MS, webhookVersion: null },
        });
        return fannedOut.kind === 'stored' ? fannedOut.claimedIds : [];
      };
      const [one, other] = await Promise.all([settle('lse_one'), settle('lse_other')]);
      expect([...one, ...other]).to.have.members([...ids(deliveries), ...ids(runs)]);
      const held = (lease: string) => ids(deliveries).map((id) => ({ id, lease }));
      for (const [lease, own] of [['lse_one', one] as const, ['lse_other', other] as const]) {
        const renewed = await store().deliveries.renew(held(lease), NOW + LEASE_MS);
        expect(renewed).to.have.members(own.filter((id) => id.startsWith('dlv_')));
      }
    });

    it('takes events that nobody leases, and leaves the others to whoever does', async () => {
      const [free, ended, held] = [anEvent(), anEvent(), anEvent()];
      await store().events.insert([free]);
      await store().events.insert([ended], { leasedUntil: NOW });
      await store().events.insert([held], { leasedUntil: NOW + 1 });
      const deliveries = [free, ended, held].map((event) => leased(aDelivery(event), 'lse_mine'));
      const fannedOut = await store().events.settle({
        eventIds: ids([free, ended, held]),
        deliveries,
        runs: [],
        leasedUntil: NOW + LEASE_MS,
        webhookVersion: null,
        unclaimedAt: NOW,
      });
      const { claimedIds } = fannedOut as { claimedIds: readonly string[] };
      expect(claimedIds).to.have.members(ids(deliveries.slice(0, 2)));
      expect(await store().deliveries.list({ limit: 10 })).to.have.length(2);
      const left = await store().events.claim(aClaim({ now: NOW + 1 }));
      expect(left.map(({ event }) => event.id)).to.deep.equal([held.id]);
    });

    it('takes claimed events whatever their lease where the caller has claimed them', async () => {
      const event = anEvent();
      await store().events.insert([event], { leasedUntil: NOW + LEASE_MS });
      const { fanOut } = halfLeased(event);
      const fannedOut = await store().events.settle(fanOut);
      expect(fannedOut).to.have.property('claimedIds').with.length(2);
    });

    it('owes nothing for an event that is not there', async () => {
      const { fanOut } = halfLeased(anEvent());
      const fannedOut = await store().events.settle({ ...fanOut, unclaimedAt: NOW });
      expect(fannedOut).to.deep.equal({ kind: 'stored', claimedIds: [] });
      expect(await store().deliveries.list({ limit: 10 })).to.deep.equal([]);
    });

    it('stores nothing where the webhooks have changed since they were asked for', async () => {
      const event = anEvent();
      await stored(event);
      await store().webhooks.insert(aWebhook());
      const { version } = await store().webhooks.ofAccounts(['42']);
      await store().webhooks.insert(aWebhook({ accountId: '43' }));
      const { fanOut } = halfLeased(event);
      const stale = await store().events.settle({ ...fanOut, webhookVersion: version });
      expect(stale).to.deep.equal({ kind: 'stale' });
      expect(await store().deliveries.list({ limit: 10 })).to.deep.equal([]);
      expect(await dueIds(store().runs, { now: NOW + LEASE_MS })).to.deep.equal([]);
      const fresh = await store().webhooks.ofAccounts(['42']);
      const again = await store().events.settle({ ...fanOut, webhookVersion: fresh.version });
      expect(again).to.have.property('kind', 'stored');
      expect(await claimDeliveries(NOW + LEASE_MS)).to.have.length(2);
    });
  });
}
