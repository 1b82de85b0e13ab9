import type { Via } from '../programs/messages.ts';
import type { Scenario } from '../scenario.ts';

const ROUNDS = { full: 50, short: 10 };
const VIAS: readonly Via[] = ['model', 'dispatch'];
/** Of the five transactions of a round two leave one row each. */
const ROWS_PER_ROUND = 2;

/**
 * Given transactions that roll back, whose savepoint rolls back, whose savepoint succeeds before the outer one rolls
 * back, and whose COMMIT fails on a deferred constraint, when they end beside others that commit, then the rows that
 * stay are received and no others.
 */
export const rolledBack: Scenario = {
  name: 'rolled-back',
  proves: 'What was rolled back, in any way, never happened: no event, nothing sent.',
  isBusy: false,
  setting: () => ({ redis: true }),

  async play(stage, size) {
    await Promise.all([stage.startHub(['relay']), stage.startHub(['worker'])]);
    const rounds = ROUNDS[size];
    const writers = await Promise.all(VIAS.map((via) => stage.startWriter(via)));
    await Promise.all(writers.map((writer) => writer.ask({ kind: 'roll-back', rounds })));
    const faultEndedAt = Date.now();
    const committed = await stage.countCommitted();
    const expected = rounds * ROWS_PER_ROUND * VIAS.length;
    const problem = `${committed} rows are committed, not ${expected}: the scenario proves nothing`;
    return { faultEndedAt, problems: committed === expected ? [] : [problem] };
  },
};
