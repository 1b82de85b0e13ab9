import { expect } from 'chai';
import { type Servers, startServers } from './run-scenario.js';
import { runSuite } from './run-suite.js';
import type { Result } from './scenario.js';
import { workerStoppedPastLease } from './scenarios/lost-leases.js';
import { manyRelaysAndWorkers } from './scenarios/many-relays-and-workers.js';
import { orderedListenerKilled } from './scenarios/ordered-listener-killed.js';
import { orderedWorkerKilled } from './scenarios/ordered-worker-killed.js';
import { pausedWorkerKilled } from './scenarios/paused-worker-killed.js';
import { processKilledWithoutRedis } from './scenarios/process-killed-without-redis.js';
import { receiptEffectOnce } from './scenarios/receipt-effect-once.js';
import { redisFlushed } from './scenarios/redis-outages.js';
import { rolledBack } from './scenarios/rolled-back.js';
import { workerKilled } from './scenarios/worker-killed.js';
import { writerKilledAroundCommit } from './scenarios/writer-killed-around-commit.js';

/** The whole suite, with its real numbers, is `npm run faults`. */
const CHOSEN = [
  writerKilledAroundCommit,
  rolledBack,
  workerKilled,
  processKilledWithoutRedis,
  workerStoppedPastLease,
  manyRelaysAndWorkers,
  redisFlushed,
  orderedWorkerKilled,
  orderedListenerKilled,
  pausedWorkerKilled,
  receiptEffectOnce,
];

describe('The fault suite, in its short form', function () {
  this.timeout(180_000);
  let servers: Servers | null = null;
  let results: readonly Result[] = [];

  before(async () => {
    servers = await startServers();
    results = await runSuite(CHOSEN, 'short', servers, { onBegin: () => {}, onResult: () => {} });
  });
  after(() => servers?.stop());

  for (const { name, proves } of CHOSEN) {
    it(`${name}: ${proves}`, () => {
      const result = results.find((each) => each.name === name);
      expect(result?.problems).to.deep.equal([]);
      expect(result).to.include({ passed: true, lost: 0 });
      expect(result?.received).to.be.above(0);
    });
  }
});
