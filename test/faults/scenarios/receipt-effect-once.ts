import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario, Size } from '../scenario.ts';
import type { InboundProgram } from '../stage.ts';
import { addressOf, effectProblems, SECRET, standing, start } from './inbound-processes.ts';
import { sendCopies, type Targets } from './send-copies.ts';

const ROUNDS: Record<Size, number> = { full: 6, short: 2 };
const REQUESTS_EACH = { full: 40, short: 10 };
const COPIES = 50;
/** Requests of which copies are on their way at once. */
const LANES = 4;
const CONCURRENCY = 20;
const WEBHOOKS = 2;
/** Beyond the lease of what a dead process held. */
const OVER_MS = 2_000;

/**
 * Given two processes that take in fifty copies of each request at once, when one is killed with -9 again and again, in
 * the midst of a listener that has written and not committed or just anywhere, and another comes in its place, then each
 * request has one effect: one row, and one event.
 */
export const receiptEffectOnce: Scenario = {
  name: 'receipt-effect-once',
  proves:
    'A transactional listener has its effect once for each request, however often that comes, whoever dies.',
  isBusy: true,
  setting: () => ({ redis: false, webhooks: WEBHOOKS, hub: { concurrency: CONCURRENCY } }),

  async play(stage, size) {
    const processes = [await start(stage), await start(stage)];
    const targets: Targets = await Promise.all(processes.map(addressOf));
    const sent: string[] = [];
    const firsts: number[] = [];
    for (let round = 0; round < ROUNDS[size]; round++) {
      const requests = Array.from({ length: REQUESTS_EACH[size] }, (_, index) => `${round}-${index}`);
      sent.push(...requests);
      const sending = sendAll(targets, requests);
      const victim = processes[round % 2] as InboundProgram;
      await (round % 4 < 2 ? standing(victim) : stage.receives(WEBHOOKS * 2));
      await victim.kill();
      const next = await start(stage);
      processes[round % 2] = next;
      targets[round % 2] = await addressOf(next);
      firsts.push(...(await sending));
    }
    const faultEndedAt = Date.now();
    await stage.until('an effect of each', ({ distinct }) => distinct >= sent.length * WEBHOOKS);
    await sleep(stage.hubConfig.leaseMs + OVER_MS);
    const problems = [...effectProblems(sent, await stage.references()), ...firstProblems(firsts)];
    return { faultEndedAt, mayDuplicate: ROUNDS[size] * CONCURRENCY * WEBHOOKS, problems };
  },
};

/** Answers of each request how many of its copies were told that they were the first. */
async function sendAll(targets: Targets, requests: readonly string[]): Promise<readonly number[]> {
  const waiting = [...requests];
  const firsts: number[] = [];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      firsts.push(await sendCopies(targets, SECRET, { request: next }, COPIES));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return firsts;
}

/** None, where the process that recorded the first died before its answer. */
function firstProblems(firsts: readonly number[]): readonly string[] {
  const several = firsts.filter((count) => count > 1).length;
  return several > 0 ? [`${several} requests were taken for new more than once`] : [];
}
