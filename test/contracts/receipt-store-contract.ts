import type { Arrival, ReceiptRecord, Store } from '@hookline/core';
import { expect } from 'chai';
import { aClaim, anEvent, aReceipt, aRejection, NOW, unheard } from './store-records.js';

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

    it('lists them newest first, without headers and body, of all sources or of one', async () => {
      const arrivals = ['github', 'stripe', 'github'].map((source) => anArrival({ source }));
      await store().receipts.record(arrivals);
      const [first, second, third] = arrivals.map(({ receipt: { headers, body, ...summary } }) => summary);
      expect(await store().receipts.list({ limit: 10 })).to.deep.equal([third, second, first]);
      const page = { limit: 1, source: 'github' };
      expect(await store().receipts.list(page)).to.deep.equal([third]);
      expect(await store().receipts.list({ ...page, before: String(third?.id) })).to.deep.equal([first]);
      expect(await store().receipts.list({ ...page, source: 'none' })).to.deep.equal([]);
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

  describe('rejections', () => {
    it('adds up those of the same id, and keeps the newest sample', async () => {
      const first = aRejection({ count: 2, firstAt: NOW, lastAt: NOW + 5 });
      const sample = { ...first.sample, remoteAddress: null, message: 'text of a \u0000 newer one' };
      const newer = { ...first, count: 3, firstAt: NOW + 7, lastAt: NOW + 9, sample };
      const older = { ...first, count: 4, firstAt: NOW - 8, lastAt: NOW - 7 };
      for (const rejection of [first, newer, older]) await store().receipts.reject([rejection]);
      const joined = { ...first, count: 9, firstAt: NOW - 8, lastAt: NOW + 9, sample };
      expect(await store().receipts.rejections({ limit: 10 })).to.deep.equal([joined]);
    });

    it('lists the latest hour first, of all sources or of one', async () => {
      const rejections = ['github', 'stripe', 'github'].map((source) => aRejection({ source }));
      const [first, second, third] = rejections;
      await store().receipts.reject(rejections);
      await store().receipts.reject([]);
      expect(await store().receipts.rejections({ limit: 10 })).to.deep.equal([third, second, first]);
      const page = { limit: 1, source: 'github' };
      expect(await store().receipts.rejections(page)).to.deep.equal([third]);
      expect(await store().receipts.rejections({ ...page, before: String(third?.id) })).to.deep.equal([
        first,
      ]);
    });

    it('loses none that many processes count at the same time', async () => {
      const rejections = Array.from({ length: 20 }, () => aRejection());
      const calls = Array.from({ length: 8 }, (_, i) =>
        store().receipts.reject(i % 2 ? rejections : rejections.toReversed()),
      );
      await Promise.all(calls);
      const counts = (await store().receipts.rejections({ limit: 100 })).map(({ count }) => count);
      expect(counts).to.deep.equal(rejections.map(() => 8));
    });
  });
}
