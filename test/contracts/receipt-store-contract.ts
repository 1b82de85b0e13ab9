import type { Arrival, ReceiptRecord, Store } from '@hookline/core';
import { expect } from 'chai';
import { aClaim, anEvent, aReceipt, NOW, unheard } from './store-records.js';

function anArrival(parts: Partial<ReceiptRecord> = {}): Arrival {
  const event = anEvent({ type: 'github.issues.opened', accountId: null });
  return { event, receipt: aReceipt(event, parts) };
}

export function receiptContract(store: () => Store): void {
  describe('receipts', () => {
    it('stores the request byte for byte, and its event', async () => {
      const { receipt, event } = anArrival();
      expect(await store().receipts.record([{ receipt, event }])).to.deep.equal([true]);
      expect(await store().receipts.get(receipt.id)).to.deep.equal(receipt);
      expect(await store().receipts.get('rct_none')).to.equal(null);
      expect(await store().events.get(event.id, {})).to.deep.equal(event);
      expect(await store().events.claim(aClaim())).to.deep.equal(unheard(event));
    });

    it('leaves the event to the process that took it in until the lease ends', async () => {
      await store().receipts.record([anArrival()], { leasedUntil: NOW + 1 });
      expect(await store().events.claim(aClaim())).to.deep.equal([]);
      expect(await store().events.claim(aClaim({ now: NOW + 1 }))).to.have.length(1);
    });

    it('stores nothing of a request that was seen before', async () => {
      const first = anArrival({ dedupeKey: 'same' });
      const second = anArrival({ dedupeKey: 'same' });
      expect(await store().receipts.record([first])).to.deep.equal([true]);
      expect(await store().receipts.record([second])).to.deep.equal([false]);
      expect(await store().receipts.get(second.receipt.id)).to.equal(null);
      expect(await store().events.list({ limit: 10 })).to.deep.equal([first.event]);
    });

    it('keeps the keys of sources apart', async () => {
      const arrivals = ['github', 'stripe'].map((source) => anArrival({ source, dedupeKey: 'same' }));
      expect(await store().receipts.record(arrivals)).to.deep.equal([true, true]);
    });

    it('answers for each of a batch in order, the first of two with the same key being new', async () => {
      await store().receipts.record([anArrival({ dedupeKey: 'b' })]);
      const batch = ['c', 'b', 'a', 'c'].map((dedupeKey) => anArrival({ dedupeKey }));
      expect(await store().receipts.record(batch)).to.deep.equal([true, false, true, false]);
      expect(await store().events.list({ limit: 10 })).to.have.length(3);
      expect(await store().receipts.record([])).to.deep.equal([]);
    });

    it('lets one of many requests with the same key at the same time be new', async () => {
      const keys = Array.from({ length: 30 }, (_, i) => `key ${i}`);
      const calls = Array.from({ length: 8 }, (_, i) => {
        const batch = (i % 2 ? keys : keys.toReversed()).map((dedupeKey) => anArrival({ dedupeKey }));
        return store().receipts.record(batch);
      });
      const answers = (await Promise.all(calls)).flat();
      expect(answers.filter((isNew) => isNew)).to.have.length(keys.length);
      expect(await store().events.list({ limit: 100 })).to.have.length(keys.length);
    });
  });
}
