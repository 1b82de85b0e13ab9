import type { EventRecord, GroupTurn, RunRecord, RunResult, Store } from '@hookline/core';
import { expect } from 'chai';
import { HELD_UNTIL_RESUMED } from '../../packages/core/src/delivery/delivery.js';
import { aClaim, aFanOut, anEvent, aRun, aRunResult, dueIds, LEASE_MS, NOW } from './store-records.js';

const KEY = 'subject:["books","42","Conversation","7"]';
const WAITING = { groupKey: KEY, hold: 'predecessor', nextAttemptAt: HELD_UNTIL_RESUMED } as const;
const TURN = aTurn(KEY);

function aTurn(groupKey: string): GroupTurn {
  return { groupKey, waitMs: 0, maxItems: null };
}

/** What every store does with runs of which one waits for another. */
export function orderedRunsContract(store: () => Store): void {
  async function owe(parts: Partial<RunRecord> = {}, event: EventRecord = anEvent()): Promise<RunRecord> {
    const run = aRun(event, { ...WAITING, ...parts });
    await store().events.insert([event]);
    await store().events.settle(aFanOut({ eventIds: [event.id], runs: [run] }));
    return run;
  }

  async function chain(): Promise<readonly [RunRecord, RunRecord, RunRecord]> {
    return [await owe(), await owe(), await owe()];
  }

  async function settle(id: string, parts: Partial<RunResult>): Promise<void> {
    const claim = aClaim({ ids: [id] });
    expect(await store().runs.claim(claim)).to.have.length(1);
    await store().runs.settle([aRunResult(id, claim.lease, parts)]);
  }

  const now = (id: string) => ({ id, dueAt: NOW });
  const promote = (turns: readonly GroupTurn[] = [TURN]) => store().runs.promote(turns, NOW);
  const OVER = { nextAttemptAt: null, finalizedAt: NOW } as const;

  describe('runs of a group', () => {
    it('become due one after the other, whether the one before them succeeded or was given up', async () => {
      const [first, second, third] = await chain();
      expect(await dueIds(store().runs)).to.deep.equal([]);
      expect(await promote([TURN, TURN])).to.deep.equal([now(first.id)]);
      expect(await promote(), 'while the first is owed').to.deep.equal([]);
      await settle(first.id, { ...OVER, state: 'succeeded', lastError: null });
      expect(await promote()).to.deep.equal([now(second.id)]);
      expect(await dueIds(store().runs)).to.deep.equal([second.id]);
      await settle(second.id, { ...OVER, state: 'exhausted' });
      expect(await promote()).to.deep.equal([now(third.id)]);
    });

    it('are claimed with their group, and held for nothing once they are due', async () => {
      const run = await owe();
      await promote();
      const [claimed] = await store().runs.claim(aClaim());
      expect(claimed?.run).to.deep.equal({ ...run, state: 'running', hold: null, nextAttemptAt: NOW });
    });

    it('wait while the first is claimed, and while it is to be tried again', async () => {
      const [first, second] = await chain();
      await promote();
      const claim = aClaim();
      await store().runs.claim(claim);
      expect(await promote()).to.deep.equal([]);
      await store().runs.settle([aRunResult(first.id, claim.lease)]);
      expect(await promote()).to.deep.equal([]);
      expect(await store().runs.waitingGroups(10)).to.deep.equal([]);
      expect(await dueIds(store().runs, { now: NOW + 1_000 })).to.deep.equal([first.id]);
      await store().events.erase({ id: first.eventId }, NOW);
      expect(await promote(), 'cancelled with its event').to.deep.equal([now(second.id)]);
    });

    it('are named where the first waits and nobody gave it its turn', async () => {
      const [first, second] = await chain();
      await owe({ groupKey: null, hold: null, nextAttemptAt: NOW });
      expect(await store().runs.waitingGroups(10)).to.deep.equal([KEY]);
      expect(await store().runs.waitingGroups(0)).to.deep.equal([]);
      await promote();
      expect(await store().runs.waitingGroups(10)).to.deep.equal([]);
      await settle(first.id, { ...OVER, state: 'succeeded', lastError: null });
      expect(await store().runs.waitingGroups(10)).to.deep.equal([KEY]);
      await promote();
      expect(await dueIds(store().runs)).to.include(second.id);
    });

    it('that succeeded with their work are out of the way of the next', async () => {
      const [first, second] = await chain();
      await promote();
      const { lease, ...claim } = aClaim();
      await store().runs.claim({ ...claim, lease });
      const succeeded = aRunResult(first.id, lease, { ...OVER, state: 'succeeded', lastError: null });
      expect(await store().runs.settleWith(async () => succeeded)).to.equal(true);
      expect(await promote()).to.deep.equal([now(second.id)]);
    });

    it('are due again where the lease of the first ended', async () => {
      const [first] = await chain();
      await promote();
      await store().runs.claim(aClaim());
      expect(await dueIds(store().runs, { now: NOW + LEASE_MS })).to.deep.equal([first.id]);
      expect(await store().runs.waitingGroups(10)).to.deep.equal([]);
    });

    it('wait for an event about the same that is not fanned out yet', async () => {
      const earlier = anEvent();
      await store().events.insert([earlier]);
      const waiting = await owe();
      expect(await promote()).to.deep.equal([]);
      await store().events.settle(aFanOut({ eventIds: [earlier.id] }));
      expect(await promote()).to.deep.equal([now(waiting.id)]);
    });

    it('wait for no other group, and for no event about something else or of another account', async () => {
      await store().events.insert([anEvent({ subjectId: '8' }), anEvent({ accountId: '43' })]);
      const other = 'subject:["books","42","Conversation","9"]';
      const runs = [await owe(), await owe({ groupKey: other })];
      expect(await promote([TURN, aTurn(other)])).to.have.deep.members(runs.map(({ id }) => now(id)));
    });
  });

  describe('runs and deliveries', () => {
    it('of groups of the same name have nothing to do with each other', async () => {
      const run = await owe();
      expect(await store().deliveries.promote([TURN], NOW)).to.deep.equal([]);
      expect(await store().deliveries.waitingGroups(10)).to.deep.equal([]);
      expect(await promote()).to.deep.equal([now(run.id)]);
    });
  });
}
