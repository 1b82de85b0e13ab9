import { setTimeout as sleep } from 'node:timers/promises';
import type { CommitPoint, Via } from '../programs/messages.ts';
import type { Scenario } from '../scenario.ts';
import type { Writer } from '../stage.ts';

const ROUNDS = { full: 200, short: 12 };
/** Writers that are starting while others are killed. */
const AHEAD = 3;
const MAX_DELAY_MS = 120;

/** Where it dies: anywhere, or standing still at one of three points. Half of the rounds each. */
const DEATHS: readonly (CommitPoint | 'anywhere')[] = [
  'anywhere',
  'before-commit',
  'anywhere',
  'commit-sent',
  'anywhere',
  'after-commit',
];
const VIAS: readonly Via[] = ['model', 'dispatch', 'bare'];

/**
 * Given a writer that commits rows as fast as it can, when it is killed with -9 around a COMMIT, then the row has its
 * event or there is neither; and since the writer neither relays nor delivers, nothing of it is sent twice.
 */
export const writerKilledAroundCommit: Scenario = {
  name: 'writer-killed-around-commit',
  proves: 'An event exists if and only if its transaction committed, wherever the writer dies.',
  isBusy: true,
  setting: () => ({ redis: true }),

  async play(stage, size) {
    await stage.startHub(['relay']);
    await stage.startHub(['worker']);

    const rounds = Array.from({ length: ROUNDS[size] }, (_, round) => round);
    const starting: Promise<Writer>[] = [];
    const startAhead = (): void => {
      const round = rounds.shift();
      if (round !== undefined) starting.push(stage.startWriter(viaOf(round), { isQueueless: true }));
    };
    for (let count = 0; count < AHEAD; count++) startAhead();

    for (let round = 0; starting.length > 0; round++) {
      const writer = await starting.shift();
      startAhead();
      if (writer) await killAround(writer, DEATHS[round % DEATHS.length] ?? 'anywhere');
    }
    return { faultEndedAt: Date.now() };
  },
};

/** A row that is saved outside any transaction has no COMMIT of the writer's to stand still at. */
function viaOf(round: number): Via {
  const isAnywhere = DEATHS[round % DEATHS.length] === 'anywhere';
  return VIAS[Math.floor(round / 2) % (isAnywhere ? 3 : 2)] ?? 'model';
}

async function killAround(writer: Writer, death: CommitPoint | 'anywhere'): Promise<void> {
  if (death === 'anywhere') {
    writer.tell({ kind: 'write', rowsEach: 1, everyMs: 0, lanes: 2 });
    await sleep(Math.random() * MAX_DELAY_MS);
  } else {
    const standing = writer.says('standing');
    writer.tell({ kind: 'stand-still', at: death, transactionsBefore: 2 });
    await standing;
  }
  await writer.kill();
}
