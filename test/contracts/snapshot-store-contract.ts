import type { EventRecord, HeldClaim, SnapshotClaim, SnapshotRecord, Store } from '@hookline/core';
import { expect } from 'chai';
import { deliveryId } from '../../packages/core/src/delivery/delivery.js';
import { until } from '../support/until.js';
import {
  aDelivery,
  aFanOut,
  anEvent,
  aResult,
  aWebhook,
  aClaim as aWorkClaim,
  LEASE_MS,
  NOW,
  nextId,
  unheard,
} from './store-records.js';

function aSnapshot(webhookId: string, parts: Partial<SnapshotRecord> = {}): SnapshotRecord {
  return {
    id: nextId('snp'),
    webhookId,
    accountId: '42',
    model: 'Conversation',
    position: null,
    createdAt: NOW,
    startedAt: null,
    ...parts,
  };
}

function aClaim(parts: Partial<SnapshotClaim> = {}): SnapshotClaim {
  const models = ['Conversation', 'Message'];
  return { models, now: NOW, leaseMs: LEASE_MS, lease: nextId('lease'), ...parts };
}

export function snapshotContract(store: () => Store): void {
  describe('snapshots', () => {
    /** A webhook that asked for these. */
    async function asked(...parts: readonly Partial<SnapshotRecord>[]): Promise<readonly SnapshotRecord[]> {
      const webhook = aWebhook();
      const snapshots = parts.map((each) => aSnapshot(webhook.id, each));
      await store().webhooks.insert(webhook, snapshots);
      return snapshots;
    }
    async function held(parts: Partial<SnapshotClaim> = {}): Promise<HeldClaim> {
      const claim = aClaim(parts);
      const snapshot = await store().snapshots.claim(claim);
      return { id: snapshot?.id ?? 'none', lease: claim.lease };
    }
    const claimable = async (now = NOW) => (await store().snapshots.claim(aClaim({ now })))?.id ?? null;
    /** What becomes of events that nobody wants. */
    const fanOut = (events: readonly EventRecord[]) =>
      store().events.settle(aFanOut({ eventIds: events.map(({ id }) => id) }));
    const queued = () => store().events.claim({ limit: 100, now: NOW, leaseMs: LEASE_MS });

    it('gives a snapshot back as it was stored with its webhook', async () => {
      const [snapshot] = await asked({ accountId: null });
      expect(await store().snapshots.claim(aClaim())).to.deep.equal(snapshot);
    });

    it('gives nothing where nobody asked for one', async () => {
      await store().webhooks.insert(aWebhook());
      expect(await claimable()).to.equal(null);
    });

    it('gives each to one caller, until its lease ends', async () => {
      const [first, second] = await asked({}, {});
      const claimed = await Promise.all([claimable(), claimable(), claimable()]);
      expect(claimed).to.have.members([first?.id, second?.id, null]);
      expect(await claimable(NOW + LEASE_MS - 1)).to.equal(null);
      expect(await claimable(NOW + LEASE_MS)).to.be.oneOf([first?.id, second?.id]);
    });

    it('gives only those whose model the caller can read', async () => {
      const [, message] = await asked({ model: 'Conversation' }, { model: 'Message' });
      const claimed = await store().snapshots.claim(aClaim({ models: ['Message', 'Inbox'] }));
      expect(claimed?.id).to.equal(message?.id);
    });

    it('keeps those of an inactive webhook until it is active', async () => {
      const webhook = aWebhook({ active: false });
      const snapshot = aSnapshot(webhook.id);
      await store().webhooks.insert(webhook, [snapshot]);
      expect(await claimable()).to.equal(null);
      await store().webhooks.update(webhook.id, {}, { active: true, updatedAt: NOW });
      expect(await claimable()).to.equal(snapshot.id);
    });

    it('forgets those whose webhook was deleted', async () => {
      const webhook = aWebhook();
      await store().webhooks.insert(webhook, [aSnapshot(webhook.id)]);
      const claim = await held();
      await store().webhooks.delete(webhook.id, {});
      expect(await claimable(NOW + LEASE_MS)).to.equal(null);
      const progress = { position: '[1]', events: [anEvent()], now: NOW };
      expect(await store().snapshots.advance(claim, progress)).to.equal(false);
      expect(await queued()).to.deep.equal([]);
    });

    it('begins: it is free again, and has its instant', async () => {
      const [snapshot] = await asked({});
      await store().snapshots.begin(await held(), NOW);
      // whoever writes elsewhere on the server is waited for
      let begun: SnapshotRecord | null = null;
      await until(async () => {
        begun = await store().snapshots.claim(aClaim());
        return begun !== null;
      });
      expect(begun).to.deep.equal({ ...snapshot, startedAt: NOW });
    });

    it('leaves one that somebody else holds as it is', async () => {
      await asked({});
      const { id } = await held();
      await store().snapshots.begin({ id, lease: 'of nobody' }, NOW);
      expect(await claimable()).to.equal(null);
      const again = await store().snapshots.claim(aClaim({ now: NOW + LEASE_MS }));
      expect(again?.startedAt).to.equal(null);
    });

    it('stores the events of a page with the new position, for a relay to find', async () => {
      const [snapshot] = await asked({});
      const events = [anEvent({ webhookId: snapshot?.webhookId ?? null }), anEvent()];
      const isOurs = await store().snapshots.advance(await held(), { position: '[7]', events, now: NOW });
      expect(isOurs).to.equal(true);
      expect(await queued()).to.deep.equal(unheard(...events));
      await fanOut(events);
      expect(await store().snapshots.claim(aClaim())).to.deep.equal({ ...snapshot, position: '[7]' });
    });

    it('gives it again when the last event of the page was attempted', async () => {
      const [snapshot] = await asked({});
      const webhookId = String(snapshot?.webhookId);
      const events = [anEvent({ webhookId }), anEvent({ webhookId })];
      await store().snapshots.advance(await held(), { position: '[7]', events, now: NOW });
      expect(await claimable()).to.equal(null);
      const deliveries = events.map((event) =>
        aDelivery(event, { id: deliveryId(event.id, webhookId), webhookId }),
      );
      await store().events.settle(aFanOut({ eventIds: events.map(({ id }) => id), deliveries }));
      expect(await claimable()).to.equal(null);
      const last = String(deliveries[1]?.id);
      const claim = aWorkClaim({ ids: [last] });
      await store().deliveries.claim(claim);
      expect(await claimable()).to.equal(null);
      await store().deliveries.settle([aResult(last, claim.lease)]);
      expect(await claimable()).to.equal(snapshot?.id);
    });

    it('moves on over a page without events', async () => {
      await asked({});
      await store().snapshots.advance(await held(), { position: '[7]', events: [], now: NOW });
      const next = await store().snapshots.claim(aClaim());
      expect(next?.position).to.equal('[7]');
    });

    it('is gone with its last page', async () => {
      await asked({});
      const event = anEvent();
      await store().snapshots.advance(await held(), { position: null, events: [event], now: NOW });
      expect(await queued()).to.deep.equal(unheard(event));
      expect(await claimable(NOW + LEASE_MS)).to.equal(null);
    });

    it('stores nothing for a lease that was lost', async () => {
      const [snapshot] = await asked({});
      const lost = await held();
      const holder = await held({ now: NOW + LEASE_MS });
      expect(holder.id).to.equal(snapshot?.id);
      const page = (position: string) => ({ position, events: [anEvent()], now: NOW });
      expect(await store().snapshots.advance(lost, page('[1]'))).to.equal(false);
      expect(await store().snapshots.advance(holder, page('[2]'))).to.equal(true);
      expect(await queued()).to.have.length(1);
    });

    it('lets them take turns', async () => {
      const [first, second] = await asked({}, {});
      const turns: string[] = [];
      for (let turn = 0; turn < 4; turn++) {
        const now = NOW + turn;
        const claim = await held({ now });
        turns.push(claim.id);
        await store().snapshots.advance(claim, { position: String(turn), events: [], now });
      }
      expect(turns).to.deep.equal([first?.id, second?.id, first?.id, second?.id]);
    });
  });
}
