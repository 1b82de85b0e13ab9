import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';
import { writeSteadily } from './write-rows.ts';

const KILLS = { full: 3, short: 1 };
const WEBHOOKS = 2;
const DOWN_MS = 1_500;

/**
 * Given webhooks in strict order and two workers, when that one is killed with -9 which waits for answers, and when the
 * receiver is away for a while, then each webhook gets its events in the order of their commits all the same.
 */
export const orderedWorkerKilled: Scenario = {
  name: 'ordered-worker-killed',
  proves: 'Order holds over a dead worker and over failed attempts: what comes next waits.',
  isBusy: false,
  setting: () => ({ redis: true, webhooks: WEBHOOKS, webhook: { order: 'webhook' } }),

  async play(stage, size) {
    let worker = await stage.startHub(['relay', 'worker']);
    const writer = await writeSteadily(stage);
    for (let kill = 0; kill < KILLS[size]; kill++) {
      await stage.receives(20);
      await stage.tellReceiver({ kind: 'hold' });
      await stage.until('one request in flight for each webhook', ({ open }) => open === WEBHOOKS);
      const next = await stage.startHub(['relay', 'worker']);
      await worker.kill();
      await stage.tellReceiver({ kind: 'release' });
      worker = next;
    }
    await stage.receives(20);
    await stage.tellReceiver({ kind: 'go-down' });
    await sleep(DOWN_MS);
    await stage.tellReceiver({ kind: 'come-up' });
    await stage.receives(20);
    return { faultEndedAt: await writer.stop(), mayDuplicate: KILLS[size] * WEBHOOKS, isOrdered: true };
  },
};
