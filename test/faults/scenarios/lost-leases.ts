import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending, Scenario } from '../scenario.ts';
import type { HubProgram, Stage } from '../stage.ts';
import { writeSteadily } from './write-rows.ts';

const CONCURRENCY = 20;
/** Beyond the lease, so that others have taken over what the process held. */
const OVER_MS = 2_000;

/**
 * Given two processes that relay and deliver, when one is stopped (SIGSTOP) past its lease and then goes on, then the
 * other has taken over what it held; and it sends nothing of that any more, beyond what was on its way when it stopped.
 */
export const workerStoppedPastLease: Scenario = {
  name: 'worker-stopped-past-lease',
  proves: 'A process that stood still past its lease does not go on as if nothing had happened.',
  isBusy: false,
  setting,
  play: (stage) =>
    interruptOne(stage, async (process) => {
      process.signal('SIGSTOP');
      await sleep(stage.hubConfig.leaseMs + OVER_MS);
      process.signal('SIGCONT');
    }),
};

/** Given the same, when a listener computes past the lease, so that the process neither renews nor reads a reply, then the same holds. */
export const eventLoopBlocked: Scenario = {
  name: 'event-loop-blocked',
  proves:
    'A process whose event loop is blocked past its lease loses nothing and repeats only what was on its way.',
  isBusy: false,
  setting,
  play: (stage) =>
    interruptOne(stage, async (process) => {
      await process.ask({ kind: 'block', ms: stage.hubConfig.leaseMs + OVER_MS });
    }),
};

function setting() {
  return { redis: true, hub: { concurrency: CONCURRENCY } };
}

async function interruptOne(
  stage: Stage,
  interrupt: (process: HubProgram) => Promise<void>,
): Promise<Ending> {
  const [victim] = await Promise.all([
    stage.startHub(['relay', 'worker']),
    stage.startHub(['relay', 'worker']),
  ]);
  // answers so late that requests are on their way at any time
  await stage.tellReceiver({ kind: 'delay', ms: 400 });
  const writer = await writeSteadily(stage, 25);
  await stage.until('both at work', ({ open }) => open >= CONCURRENCY);
  await interrupt(victim);
  const faultEndedAt = Date.now();
  await stage.receives(2 * CONCURRENCY);
  await writer.stop();
  return { faultEndedAt, mayDuplicate: 2 * CONCURRENCY };
}
