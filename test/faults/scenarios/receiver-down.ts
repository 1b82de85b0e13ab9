import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';
import { writeSteadily } from './write-rows.ts';

const OUTAGE_MS = { full: 20_000, short: 3_000 };
/** Deliveries before and after. */
const LIVELY = 40;

/** Given a retry schedule of one attempt a second, when the receiver refuses connections for 20 seconds, then all that is owed reaches it afterwards, once. */
export const receiverDown: Scenario = {
  name: 'receiver-down-20s',
  proves: 'What a receiver missed while it was down is tried until it is there again.',
  isBusy: false,
  setting: () => ({ redis: true, hub: { retry: Array.from({ length: 60 }, () => 1_000) } }),

  async play(stage, size) {
    await Promise.all([stage.startHub(['relay']), stage.startHub(['worker'])]);
    const writer = await writeSteadily(stage);
    await stage.receives(LIVELY);
    await stage.tellReceiver({ kind: 'go-down' });
    await sleep(OUTAGE_MS[size]);
    await stage.tellReceiver({ kind: 'come-up' });
    const faultEndedAt = Date.now();
    await stage.receives(LIVELY);
    await writer.stop();
    return { faultEndedAt };
  },
};
