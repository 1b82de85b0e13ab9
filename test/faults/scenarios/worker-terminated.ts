import type { Scenario } from '../scenario.ts';
import { writeSteadily } from './write-rows.ts';

const RESTARTS = { full: 3, short: 1 };
/** The process gives itself 10 s, and needs to end what it sends. */
const ENDS_WITHIN_MS = 10_000;
/** Deliveries between one restart and the next. */
const LIVELY = 60;

/**
 * Given a worker in the middle of sends, when it is asked to end (SIGTERM) while its successor starts, as in any
 * deployment, then it finishes or gives back what it holds and exits by itself: nothing is sent twice.
 */
export const workerTerminated: Scenario = {
  name: 'worker-terminated',
  proves: 'A worker that is asked to end loses nothing, repeats nothing and exits by itself.',
  isBusy: false,
  setting: () => ({ redis: true, hub: { concurrency: 20 } }),

  async play(stage, size) {
    const problems: string[] = [];
    await stage.tellReceiver({ kind: 'delay', ms: 300 });
    let current = await stage.startHub(['relay', 'worker']);
    const writer = await writeSteadily(stage);
    for (let restart = 0; restart < RESTARTS[size]; restart++) {
      await stage.receives(LIVELY);
      const next = stage.startHub(['relay', 'worker']);
      current.signal('SIGTERM');
      const code = await current.ends(ENDS_WITHIN_MS);
      if (code !== 0) problems.push(`the process ended with ${code}, not by itself with 0`);
      current = await next;
    }
    const faultEndedAt = Date.now();
    await stage.receives(LIVELY);
    await writer.stop();
    return { faultEndedAt, problems };
  },
};
