import type { Scenario } from '../scenario.ts';
import { writeSteadily } from './write-rows.ts';

const DOWN_MS = 1_500;
const MODES = { full: ['fast', 'immediate', 'fast'], short: ['immediate'] } as const;
/** Deliveries between one restart and the next. */
const LIVELY = 60;

/**
 * Given requests on their way, when Postgres is restarted (in order, then as if by a crash), then what came of them
 * is kept and written when it is back: nothing is lost, and nothing is sent twice.
 */
export const postgresRestarted: Scenario = {
  name: 'postgres-restarted',
  proves: 'While the database is away results are kept, and afterwards everything goes on by itself.',
  isBusy: false,
  // longer than the outage: leases that end with nobody able to renew them would be work for others
  setting: () => ({ redis: true, postgres: 'own', hub: { leaseMs: 10_000, concurrency: 20 } }),

  async play(stage, size) {
    await Promise.all([
      stage.startHub(['relay']),
      stage.startHub(['relay']),
      stage.startHub(['worker']),
      stage.startHub(['worker']),
    ]);
    await stage.tellReceiver({ kind: 'delay', ms: 300 });
    const writer = await writeSteadily(stage, 25);
    for (const mode of MODES[size]) {
      await stage.receives(LIVELY);
      await stage.postgres.restart({ mode, downMs: DOWN_MS });
    }
    const faultEndedAt = Date.now();
    await stage.receives(LIVELY);
    await writer.stop();
    return { faultEndedAt };
  },
};
