import { memoryStore } from '@hookline/core';
import { expect } from 'chai';
import { groupedClaims } from '../../../packages/core/src/worker/claims.js';
import { aClaim, anEvent, aRun, aRunResult, LEASE_MS, NOW, nextId } from '../../contracts/store-records.js';

async function owedRuns(count: number) {
  const store = memoryStore();
  const event = anEvent();
  const runs = Array.from({ length: count }, () => aRun(event));
  await store.events.insert([event]);
  await store.events.settle({ eventIds: [event.id], deliveries: [], runs });
  const clock = { now: NOW };
  const claims = groupedClaims(store.runs, ({ run }) => run.id, {
    leaseMs: LEASE_MS,
    now: () => clock.now,
    newLease: () => nextId('lease'),
  });
  const due = () => store.runs.due({ now: clock.now, limit: 10 });
  return { store, claims, due, clock, ids: runs.map(({ id }) => id) };
}

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

  it('still gives back the newer claim after the holder of a lost lease settled', async () => {
    const { claims, due, clock, ids } = await owedRuns(1);
    const [id = ''] = ids;
    const slow = await claims.claim(id);
    clock.now += LEASE_MS;
    const quick = await claims.claim(id);
    expect(quick?.lease).to.be.a('string').and.not.equal(slow?.lease);
    await claims.settle(aRunResult(id, slow?.lease ?? ''));
    expect(await due()).to.deep.equal([]);
    await claims.releaseAll();
    expect(await due()).to.deep.equal([id]);
  });
});
