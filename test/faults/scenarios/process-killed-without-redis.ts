import type { Scenario } from '../scenario.ts';

const KILLS = { full: 3, short: 1 };
const CONCURRENCY = 20;
/** To each of two webhooks: what waits for an answer leaves its place to others. */
const IN_FLIGHT = 2 * CONCURRENCY;
const ALL = ['web', 'relay', 'worker'] as const;

/**
 * Given an app that is one process, with Postgres and no Redis, when it is killed with -9 while it writes, relays and
 * delivers, and started again, then the next one finishes what it left.
 */
export const processKilledWithoutRedis: Scenario = {
  name: 'process-killed-without-redis',
  proves: 'The queue in a process memory may die with it: the database has all that is owed.',
  isBusy: false,
  setting: () => ({ redis: false, hub: { concurrency: CONCURRENCY } }),

  async play(stage, size) {
    await stage.tellReceiver({ kind: 'delay', ms: 200 });
    for (let kill = 0; kill < KILLS[size]; kill++) {
      const app = await stage.startWriter('model', { roles: ALL });
      app.tell({ kind: 'write', rowsEach: 1, everyMs: 5, lanes: 2 });
      await stage.receives(2 * CONCURRENCY);
      await app.kill();
    }
    const faultEndedAt = Date.now();
    await stage.startWriter('model', { roles: ALL });
    return { faultEndedAt, mayDuplicate: KILLS[size] * IN_FLIGHT };
  },
};
