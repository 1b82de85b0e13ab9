import { HooklineError, memoryStore } from '@hookline/core';
import { fakeClock } from '@hookline/core/testing';
import { expect } from 'chai';
import { groupedClaims } from '../../../packages/core/src/worker/claims.js';
import {
  aClaim,
  aFanOut,
  anEvent,
  aRun,
  aRunResult,
  dueIds,
  LEASE_MS,
  NOW,
  nextId,
} from '../../contracts/store-records.js';
import { expectError } from '../../support/expect-error.js';

async function owedRuns(count: number) {
  const store = memoryStore();
  const event = anEvent();
  const runs = Array.from({ length: count }, () => aRun(event));
  await store.events.insert([event]);
  await store.events.settle(aFanOut({ eventIds: [event.id], runs }));
  const clock = fakeClock(NOW);
  const claims = groupedClaims(store.runs, ({ run }) => run.id, {
    leaseMs: LEASE_MS,
    clock,
    newLease: () => nextId('lease'),
  });
  const due = () => dueIds(store.runs, { now: clock.now() });
  return { store, claims, due, clock, ids: runs.map(({ id }) => id) };
}

const succeeded = (id: string, lease = '') =>
  aRunResult(id, lease, { state: 'succeeded', nextAttemptAt: null, lastError: null });

describe('grouped claims', () => {
  it('gives the work to one of two who ask for it at the same time', async () => {
    const { claims, ids } = await owedRuns(2);
    const [first = '', second = ''] = ids;
    const held = await Promise.all([claims.claim(first), claims.claim(first), claims.claim(second)]);
    expect(held.map((work) => work?.run.id ?? null)).to.deep.equal([first, null, second]);
  });

  it('gives nothing where somebody else holds the work', async () => {
    const { claims, ids } = await owedRuns(1);
    const [id = ''] = ids;
    expect((await claims.claim(id))?.run.id).to.equal(id);
    expect(await claims.claim(id)).to.equal(null);
  });

  it('gives back what is claimed and not settled, and nothing else', async () => {
    const { claims, store, due, ids } = await owedRuns(3);
    const [settled = '', open = '', untouched = ''] = ids;
    const [work] = await Promise.all([claims.claim(settled), claims.claim(open)]);
    expect(await due()).to.deep.equal([untouched]);
    await claims.settle(aRunResult(settled, work?.lease ?? ''));
    await claims.releaseAll();
    expect((await due()).toSorted()).to.deep.equal([open, untouched].toSorted());
    const [again] = await store.runs.claim(aClaim({ ids: [open] }));
    expect(again?.run).to.include({ id: open, attemptCount: 0 });
  });

  it('gives back each with the lease it is held by', async () => {
    const { claims, store, due, ids } = await owedRuns(2);
    const released: { readonly ids: readonly string[]; readonly lease: string }[] = [];
    const release = store.runs.release.bind(store.runs);
    store.runs.release = (released_, lease) => {
      released.push({ ids: released_, lease });
      return release(released_, lease);
    };
    const [first = '', second = ''] = ids;
    const works = [await claims.claim(first), await claims.claim(second)];
    await claims.releaseAll();
    await claims.releaseAll();
    expect(released).to.deep.equal(works.map((work) => ({ ids: [work?.run.id], lease: work?.lease })));
    expect(await due()).to.have.members([first, second]);
  });

  it('settles what nobody else took, though its lease ran out', async () => {
    const { claims, store, clock, ids } = await owedRuns(1);
    const [id = ''] = ids;
    const slow = await claims.claim(id);
    clock.advance(LEASE_MS);
    expect(await claims.take(1, [id])).to.deep.equal([]);
    await claims.settle(succeeded(id, slow?.lease));
    expect(await store.runs.claim(aClaim({ ids: [id], now: clock.now() }))).to.deep.equal([]);
  });

  it('takes what is due, the longest due first, as much as it may', async () => {
    const { claims, ids } = await owedRuns(3);
    const held = await claims.take(2);
    expect(held.map(({ run }) => run.id)).to.deep.equal(ids.slice(0, 2));
    expect((await claims.take(5)).map(({ run }) => run.id)).to.deep.equal(ids.slice(2));
  });

  it('holds what it has in hand for as long as it renews, and knows when it no longer does', async () => {
    const { claims, due, clock, ids } = await owedRuns(1);
    const [id = ''] = ids;
    await claims.claim(id);
    clock.advance(LEASE_MS - 1);
    expect(await claims.renewAll()).to.equal(0);
    clock.advance(LEASE_MS - 1);
    expect(claims.isHeld(id)).to.equal(true);
    expect(await due()).to.deep.equal([]);
    clock.advance(1);
    expect(claims.isHeld(id)).to.equal(false);
    expect(await due()).to.deep.equal([id]);
  });

  it('finds out, on renewal, what others took meanwhile, and renews that no more', async () => {
    const { claims, store, clock, ids } = await owedRuns(2);
    const [lost = '', kept = ''] = ids;
    await Promise.all([claims.claim(lost), claims.claim(kept)]);
    clock.advance(LEASE_MS);
    await store.runs.claim(aClaim({ ids: [lost], now: clock.now(), lease: 'other' }));
    expect(await claims.renewAll()).to.equal(1);
    expect(claims.isHeld(lost)).to.equal(false);
    expect(claims.isHeld(kept)).to.equal(true);
    expect(await claims.renewAll()).to.equal(0);
  });

  it('lets the lease run out of what was not settled: it may have been sent', async () => {
    const { claims, due, clock, ids } = await owedRuns(1);
    const [id = ''] = ids;
    await claims.claim(id);
    claims.forget(id);
    expect(await claims.renewAll()).to.equal(0);
    expect(await due()).to.deep.equal([]);
    clock.advance(LEASE_MS);
    expect(await due()).to.deep.equal([id]);
  });

  it('holds what is settled by a write of its own until that went well', async () => {
    const { claims, store, due, clock, ids } = await owedRuns(2);
    const [settled = '', failed = ''] = ids;
    const works = [await claims.claim(settled), await claims.claim(failed)];
    const [held, other] = works.map((work) => ({ id: work?.run.id ?? '', lease: work?.lease ?? '' }));
    if (!held || !other) throw new Error('nothing was claimed');
    const write = (begin: () => void) =>
      store.runs.settleWith(async () => {
        begin();
        return succeeded(held.id, held.lease);
      });
    expect(await claims.settleBy(held, write)).to.equal(true);
    expect(claims.isHeld(settled)).to.equal(false);
    expect(await claims.settleBy(other, async () => false)).to.equal(false);
    expect(claims.isHeld(failed)).to.equal(true);
    expect(await claims.renewAll()).to.equal(0);
    clock.advance(LEASE_MS);
    expect(await due()).to.deep.equal([failed]);
  });

  it('gives back what its own write has not begun to settle, and not what it has', async () => {
    for (const hasBegun of [false, true]) {
      const { claims, due, ids } = await owedRuns(1);
      const [id = ''] = ids;
      const work = await claims.claim(id);
      let go = () => {};
      const gate = new Promise<void>((resolve) => {
        go = resolve;
      });
      const settling = claims.settleBy({ id, lease: work?.lease ?? '' }, async (begin) => {
        if (hasBegun) begin();
        await gate;
        return true;
      });
      await claims.releaseAll();
      expect(await due()).to.deep.equal(hasBegun ? [] : [id]);
      go();
      await settling;
    }
  });

  it('does not give back what is just being settled', async () => {
    const { claims, store, ids } = await owedRuns(1);
    const [id = ''] = ids;
    const work = await claims.claim(id);
    const settle = store.runs.settle.bind(store.runs);
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    store.runs.settle = async (results) => {
      await gate;
      await settle(results);
    };
    const settled = claims.settle(succeeded(id, work?.lease));
    await new Promise(setImmediate);
    await claims.releaseAll();
    go();
    await settled;
    expect(await store.runs.claim(aClaim({ ids: [id] }))).to.deep.equal([]);
  });

  it('writes results again and again while the store is unavailable', async () => {
    const { claims, store, clock, ids } = await owedRuns(1);
    const [id = ''] = ids;
    const work = await claims.claim(id);
    const settle = store.runs.settle.bind(store.runs);
    let tries = 0;
    store.runs.settle = async (results) => {
      tries += 1;
      if (tries < 4) throw new HooklineError('STORE_UNAVAILABLE', { store: 'test' });
      await settle(results);
    };
    const settled = claims.settle(succeeded(id, work?.lease));
    for (let round = 0; round < 3; round += 1) {
      await new Promise(setImmediate);
      clock.advance(1_000);
    }
    await settled;
    expect(tries).to.equal(4);
    clock.advance(LEASE_MS);
    expect(await store.runs.claim(aClaim({ ids: [id], now: clock.now() }))).to.deep.equal([]);
  });

  it('stops writing results once everything is given back', async () => {
    const { claims, store, clock, ids } = await owedRuns(1);
    const [id = ''] = ids;
    const work = await claims.claim(id);
    store.runs.settle = async () => {
      throw new HooklineError('STORE_UNAVAILABLE', { store: 'test' });
    };
    const failure = expectError('STORE_UNAVAILABLE', () => claims.settle(aRunResult(id, work?.lease ?? '')));
    await new Promise(setImmediate);
    await claims.releaseAll();
    clock.advance(1_000);
    await failure;
  });
});
