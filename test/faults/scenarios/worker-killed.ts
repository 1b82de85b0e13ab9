import type { Scenario } from '../scenario.ts';
import { writeRows } from './write-rows.ts';

const KILLS = { full: 3, short: 1 };
const IN_FLIGHT = { full: 2_000, short: 60 };

/**
 * Given a receiver that has 2,000 requests and answers none, when the worker that sent them is killed with -9, then
 * another sends them all again when their leases end: three times, until one lives to see the answers.
 */
export const workerKilled: Scenario = {
  name: 'worker-killed',
  proves: 'What a worker had in flight when it was killed is sent again by another.',
  isBusy: true,
  setting: (size) => ({ redis: true, hub: { concurrency: IN_FLIGHT[size], timeoutMs: 60_000 } }),

  async play(stage, size) {
    const inFlight = IN_FLIGHT[size];
    await stage.startHub(['relay']);
    await stage.tellReceiver({ kind: 'hold' });
    await writeRows(stage, { rows: inFlight / 2 });

    for (let kill = 0; kill < KILLS[size]; kill++) {
      const worker = await stage.startHub(['worker']);
      await stage.until(`${inFlight} requests in flight`, ({ open }) => open >= inFlight);
      await worker.kill();
      await stage.until('no request in flight', ({ open }) => open === 0);
    }

    await stage.tellReceiver({ kind: 'release' });
    const faultEndedAt = Date.now();
    await stage.startHub(['worker']);
    return { faultEndedAt, mayDuplicate: KILLS[size] * inFlight };
  },
};
