import type { EventRecord, Store } from '@hookline/core';
import { expect } from 'chai';
import {
  aClaim,
  aDelivery,
  aFanOut,
  anEvent,
  aResult,
  aWebhook,
  NOW,
  nextId,
  unheard,
} from './store-records.js';

const LATER = NOW + 60_000;

/** Events that tell of a change of another row: there, and waiting to be relayed, if and only if that was made. */
export function reportedEventsContract(store: () => Store): void {
  describe('events that tell of a change', () => {
    const report = () => anEvent({ type: 'hookline.delivery.exhausted', visibility: 'internal' });
    const stored = async (event: EventRecord) => {
      const claimed = await store().events.claim({ ids: [event.id], limit: 1, now: NOW, leaseMs: 1_000 });
      expect(await store().events.get(event.id, {})).to.deep.equal(claimed.length > 0 ? event : null);
      return claimed.length > 0;
    };
    const owe = async (count: number) => {
      const events = Array.from({ length: count }, () => anEvent());
      const deliveries = events.map((event) => aDelivery(event));
      await store().events.insert(events);
      await store().events.settle(aFanOut({ eventIds: events.map(({ id }) => id), deliveries }));
      return deliveries.map(({ id }) => id);
    };

    it('are stored with the results of deliveries that are still held, with others in the same write', async () => {
      const ids = await owe(4);
      const claim = aClaim({ ids, limit: 4 });
      await store().deliveries.claim(claim);
      const [first, second, third, fourth] = ids as [string, string, string, string];
      const exhausted = { state: 'exhausted', nextAttemptAt: null, finalizedAt: NOW } as const;
      const [told, lost] = [report(), report()];
      await store().deliveries.settle([
        aResult(first, claim.lease, { ...exhausted, event: told }),
        aResult(second, claim.lease, exhausted),
        aResult(third, 'lse_of_another', { ...exhausted, event: lost }),
        aResult(fourth, claim.lease, { state: 'retrying', nextAttemptAt: LATER }),
      ]);
      const states = await Promise.all(ids.map(async (id) => (await store().deliveries.get(id, {}))?.state));
      expect(states).to.deep.equal(['exhausted', 'exhausted', 'delivering', 'retrying']);
      expect([await stored(told), await stored(lost)]).to.deep.equal([true, false]);
    });

    it('are stored once, of two who settle the same', async () => {
      const [id = ''] = await owe(1);
      const claim = aClaim({ ids: [id] });
      await store().deliveries.claim(claim);
      const events = [report(), report()];
      const settle = (event: EventRecord) =>
        store().deliveries.settle([
          aResult(id, claim.lease, { state: 'exhausted', nextAttemptAt: null, finalizedAt: NOW, event }),
        ]);
      await Promise.all(events.map(settle));
      const there = await Promise.all(events.map(stored));
      expect(there).to.have.members([true, false]);
    });

    it('are stored with the change of a webhook, and not where it was another already', async () => {
      const webhook = aWebhook();
      await store().webhooks.insert(webhook);
      const [told, vain] = [report(), report()];
      const disabled = { active: false, disabled: { reason: 'failing', at: NOW }, updatedAt: NOW } as const;
      const disable = (event: EventRecord) =>
        store().webhooks.update(webhook.id, {}, disabled, { active: true }, [event]);
      expect(await disable(told)).to.deep.equal({ ...webhook, ...disabled });
      expect(await disable(vain)).to.equal(null);
      expect([await stored(told), await stored(vain)]).to.deep.equal([true, false]);
    });

    it('are stored with the end of a pause, several too', async () => {
      const webhook = aWebhook({ paused: true, disabled: { reason: 'gone', at: NOW } });
      await store().webhooks.insert(webhook);
      const events = [report(), report()];
      const patch = { paused: false, disabled: null, updatedAt: NOW };
      const expected = { paused: true, disabled: { reason: 'gone', at: NOW } } as const;
      expect(await store().webhooks.update(webhook.id, {}, patch, expected, events)).to.include({
        paused: false,
      });
      expect(await Promise.all(events.map(stored))).to.deep.equal([true, true]);
    });

    it('are stored by the one caller that raises a warning', async () => {
      const { health } = store();
      const webhookId = nextId('wh');
      await health.addFailures([{ webhookId, count: 1, since: NOW }]);
      const events = [report(), report()];
      const raised = await Promise.all(events.map((event) => health.raiseWarned(webhookId, 50, event)));
      expect(raised).to.have.members([true, false]);
      expect(await Promise.all(events.map(stored))).to.deep.equal(raised);
      const late = report();
      expect(await health.raiseWarned(webhookId, 40, late)).to.equal(false);
      expect(await health.raiseWarned(nextId('wh'), 40, late)).to.equal(false);
      expect(await stored(late)).to.equal(false);
    });

    it('wait to be relayed as any other', async () => {
      const webhook = aWebhook();
      await store().webhooks.insert(webhook);
      const event = report();
      await store().webhooks.update(webhook.id, {}, { paused: true, updatedAt: NOW }, {}, [event]);
      const claimed = await store().events.claim({ limit: 10, now: NOW, leaseMs: 1_000 });
      expect(claimed).to.deep.equal(unheard(event));
    });
  });
}
