import type { RunRecord, RunResult, Store } from '@hookline/core';
import { expect } from 'chai';
import { aClaim, aFanOut, anEvent, aRun, aRunResult, dueIds, LEASE_MS, NOW } from './store-records.js';

export function runContract(store: () => Store): void {
  async function owe(parts: Partial<RunRecord> = {}) {
    const event = anEvent();
    const run = aRun(event, parts);
    await store().events.insert([event]);
    await store().events.settle(aFanOut({ eventIds: [event.id], runs: [run] }));
    return { event, run };
  }

  describe('runs', () => {
    it('claims a run together with its event', async () => {
      const { event, run } = await owe();
      const claimed = await store().runs.claim(aClaim());
      expect(claimed).to.deep.equal([{ run: { ...run, state: 'running' }, event }]);
      expect(await store().runs.claim(aClaim())).to.deep.equal([]);
    });

    it('claims the runs of several listeners, each with its event', async () => {
      const events = [anEvent(), anEvent({ payload: '{"type":"a.b","data":null}' })];
      const runs = events.flatMap((event) => [aRun(event), aRun(event, { listener: 'MailListener' })]);
      await store().events.insert(events);
      await store().events.settle(aFanOut({ eventIds: events.map(({ id }) => id), runs }));
      const expected = runs.map((run, i) => ({
        run: { ...run, state: 'running' },
        event: events[i < 2 ? 0 : 1],
      }));
      expect(await store().runs.claim(aClaim()))
        .to.have.deep.members(expected)
        .and.to.have.length(4);
    });

    it('tries a failed run again when it is due, with what is known of it', async () => {
      const { run } = await owe();
      const claim = aClaim();
      await store().runs.claim(claim);
      await store().runs.settle([aRunResult(run.id, claim.lease)]);
      expect(await dueIds(store().runs, { now: NOW + 999 })).to.deep.equal([]);
      const [again] = await store().runs.claim(aClaim({ now: NOW + 1_000 }));
      expect(again?.run).to.include({ id: run.id, attemptCount: 1, lastError: 'boom' });
    });

    it('claims none of those that the caller has in hand, though their lease ran out', async () => {
      const { run } = await owe();
      const { run: other } = await owe();
      await store().runs.claim(aClaim({ ids: [run.id] }));
      const later = { now: NOW + LEASE_MS };
      const claimed = await store().runs.claim(aClaim({ ...later, except: [run.id] }));
      expect(claimed.map((each) => each.run.id)).to.deep.equal([other.id]);
      expect((await store().runs.claim(aClaim(later))).map((each) => each.run.id)).to.deep.equal([run.id]);
    });

    it('never claims a finished run again', async () => {
      const { run } = await owe();
      const claim = aClaim();
      await store().runs.claim(claim);
      const done = { state: 'succeeded', nextAttemptAt: null, lastError: null } as const;
      await store().runs.settle([aRunResult(run.id, claim.lease, done)]);
      expect(await store().runs.claim(aClaim({ now: NOW + 2 * LEASE_MS }))).to.deep.equal([]);
    });

    it('keeps what the new holder wrote where a lease was lost', async () => {
      const { run } = await owe();
      const [slow, quick] = [aClaim(), aClaim({ now: NOW + LEASE_MS })];
      await store().runs.claim(slow);
      await store().runs.claim(quick);
      await store().runs.settle([aRunResult(run.id, quick.lease, { attemptCount: 7, nextAttemptAt: NOW })]);
      await store().runs.settle([aRunResult(run.id, slow.lease)]);
      const [claimed] = await store().runs.claim(aClaim({ now: NOW + LEASE_MS }));
      expect(claimed?.run).to.include({ attemptCount: 7 });
    });

    describe('settled with the work', () => {
      const succeeded = (id: string, lease: string): RunResult =>
        aRunResult(id, lease, { state: 'succeeded', nextAttemptAt: null, lastError: null, finalizedAt: NOW });
      const later = { now: NOW + 2 * LEASE_MS };

      async function hold() {
        const { run } = await owe();
        const claim = aClaim();
        await store().runs.claim(claim);
        return { id: run.id, lease: claim.lease };
      }

      it('never claims again what succeeded', async () => {
        const { id, lease } = await hold();
        expect(await store().runs.settleWith(async () => succeeded(id, lease))).to.equal(true);
        expect(await store().runs.claim(aClaim(later))).to.deep.equal([]);
      });

      it('leaves as it was what came to nothing, or whose work failed', async () => {
        const { id, lease } = await hold();
        expect(await store().runs.settleWith(async () => null)).to.equal(false);
        const failure = new Error('boom');
        const failing = store().runs.settleWith(() => Promise.reject(failure));
        expect(await failing.catch((error: unknown) => error)).to.equal(failure);
        expect(await store().runs.renew([{ id, lease }], later.now)).to.deep.equal([id]);
        const [again] = await store().runs.claim(aClaim(later));
        expect(again?.run).to.include({ id, attemptCount: 0, lastError: null });
      });

      it('settles nothing where the lease was lost, before the work or meanwhile', async () => {
        const { id, lease } = await hold();
        const quick = aClaim({ now: NOW + LEASE_MS });
        const isSettled = await store().runs.settleWith(async () => {
          expect(await store().runs.claim(quick)).to.have.length(1);
          return succeeded(id, lease);
        });
        expect(isSettled).to.equal(false);
        expect(await store().runs.settleWith(async () => succeeded(id, lease))).to.equal(false);
        expect(await store().runs.settleWith(async () => succeeded(id, quick.lease))).to.equal(true);
        expect(await store().runs.claim(aClaim(later))).to.deep.equal([]);
      });

      it('settles nothing that was given back, or is settled', async () => {
        const { id, lease } = await hold();
        await store().runs.release([id], lease);
        expect(await store().runs.settleWith(async () => succeeded(id, lease))).to.equal(false);
        const again = aClaim();
        await store().runs.claim(again);
        expect(await store().runs.settleWith(async () => succeeded(id, again.lease))).to.equal(true);
        expect(await store().runs.settleWith(async () => succeeded(id, again.lease))).to.equal(false);
      });

      it('lets claims be renewed, released and settled while the work goes on', async () => {
        const { id, lease } = await hold();
        const other = await hold();
        const isSettled = await store().runs.settleWith(async () => {
          const claims = [{ id, lease }, other];
          expect(await store().runs.renew(claims, later.now)).to.have.members([id, other.id]);
          await store().runs.settle([aRunResult(other.id, other.lease, { nextAttemptAt: later.now })]);
          return succeeded(id, lease);
        });
        expect(isSettled).to.equal(true);
        expect(await dueIds(store().runs, later)).to.deep.equal([other.id]);
      });
    });

    it('prolongs a claim for as long as it is held', async () => {
      const { run } = await owe();
      const claim = aClaim();
      await store().runs.claim(claim);
      const renew = (lease: string, leasedUntil: number) =>
        store().runs.renew([{ id: run.id, lease }], leasedUntil);
      expect(await renew('not the lease', NOW)).to.deep.equal([]);
      expect(await renew(claim.lease, NOW + 2 * LEASE_MS)).to.deep.equal([run.id]);
      expect(await store().runs.claim(aClaim({ now: NOW + LEASE_MS }))).to.deep.equal([]);
      expect(await store().runs.claim(aClaim({ now: NOW + 2 * LEASE_MS }))).to.have.length(1);
      expect(await renew(claim.lease, NOW + 3 * LEASE_MS)).to.deep.equal([]);
    });

    it('gives a released claim back at once', async () => {
      const { run } = await owe();
      const claim = aClaim();
      await store().runs.claim(claim);
      await store().runs.release([run.id], 'not the lease');
      expect(await dueIds(store().runs)).to.deep.equal([]);
      await store().runs.release([run.id], claim.lease);
      expect(await dueIds(store().runs)).to.deep.equal([run.id]);
    });
  });
}
