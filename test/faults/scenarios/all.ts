import type { Scenario } from '../scenario.ts';
import { eventLoopBlocked, workerStoppedPastLease } from './lost-leases.ts';
import { manyRelaysAndWorkers } from './many-relays-and-workers.ts';
import { orderedListenerKilled } from './ordered-listener-killed.ts';
import { orderedWorkerKilled } from './ordered-worker-killed.ts';
import { pausedWorkerKilled } from './paused-worker-killed.ts';
import { postgresRestarted } from './postgres-restarted.ts';
import { processKilledWithoutRedis } from './process-killed-without-redis.ts';
import { receiptEffectOnce } from './receipt-effect-once.ts';
import { receiverDown } from './receiver-down.ts';
import { redisFlushed, redisRestartedEmpty, redisStopped } from './redis-outages.ts';
import { rolledBack } from './rolled-back.ts';
import { workerKilled } from './worker-killed.ts';
import { workerTerminated } from './worker-terminated.ts';
import { writerKilledAroundCommit } from './writer-killed-around-commit.ts';

/** Every scenario, in the order of the table. */
export const scenarios: readonly Scenario[] = [
  writerKilledAroundCommit,
  rolledBack,
  workerKilled,
  processKilledWithoutRedis,
  workerTerminated,
  workerStoppedPastLease,
  eventLoopBlocked,
  manyRelaysAndWorkers,
  redisFlushed,
  redisStopped,
  redisRestartedEmpty,
  postgresRestarted,
  receiverDown,
  orderedWorkerKilled,
  orderedListenerKilled,
  pausedWorkerKilled,
  receiptEffectOnce,
];
