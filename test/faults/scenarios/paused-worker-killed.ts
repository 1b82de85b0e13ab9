import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';
import { writeSteadily } from './write-rows.ts';

const CONCURRENCY = 20;
/** What a process has in hand when a webhook is paused elsewhere still goes out. */
const IN_HAND_MS = 1_000;
const PAUSE_MS = { full: 5_000, short: 1_500 };

/**
 * Given steady traffic, when all webhooks are paused in one process, and the worker is killed with -9 in the meantime, then
 * nothing is sent until they are resumed, and everything after that.
 */
export const pausedWorkerKilled: Scenario = {
  name: 'paused-worker-killed',
  proves: 'A pause holds over the death of a worker, and costs nothing of what was owed.',
  isBusy: false,
  setting: () => ({ redis: true, hub: { concurrency: CONCURRENCY } }),

  async play(stage, size) {
    const worker = await stage.startHub(['relay', 'worker']);
    const writer = await writeSteadily(stage);
    await stage.receives(40);
    await stage.pauseWebhooks(true);
    await sleep(IN_HAND_MS);
    const { requests: before } = await stage.count();
    await worker.kill();
    await stage.startHub(['relay', 'worker']);
    await sleep(PAUSE_MS[size] + stage.hubConfig.leaseMs);
    const { requests: after } = await stage.count();
    await stage.pauseWebhooks(false);
    const faultEndedAt = Date.now();
    await stage.receives(40);
    await writer.stop();
    const problems = after > before ? [`${after - before} requests came during the pause`] : [];
    return { faultEndedAt, mayDuplicate: CONCURRENCY, problems };
  },
};
