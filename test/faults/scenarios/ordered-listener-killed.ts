import { setTimeout as sleep } from 'node:timers/promises';
import { requestOf } from '../programs/messages.ts';
import type { Scenario } from '../scenario.ts';
import type { InboundProgram } from '../stage.ts';
import { addressOf, effectProblems, SECRET, standing, start } from './inbound-processes.ts';
import { sendCopies, type Targets } from './send-copies.ts';

const KILLS = { full: 6, short: 2 };
const REQUESTS_EACH = { full: 40, short: 12 };
const SUBJECTS = ['a', 'b', 'c', 'd'];
const CONCURRENCY = 20;
const WEBHOOKS = 1;
/** Beyond the lease of what a dead process held. */
const OVER_MS = 2_000;

/**
 * Given two processes with a listener in order, and requests about a few subjects, one after the other about each, when
 * one is killed with -9 again and again, in the midst of a run or just anywhere, then what the listener did for each subject
 * is there once for each request and in their order.
 */
export const orderedListenerKilled: Scenario = {
  name: 'ordered-listener-killed',
  proves: 'Runs of a listener in order keep the order of each subject, whoever dies, and go on after it.',
  isBusy: false,
  setting: () => ({ redis: false, webhooks: WEBHOOKS, hub: { concurrency: CONCURRENCY } }),

  async play(stage, size) {
    const processes = [await start(stage), await start(stage)];
    const targets: Targets = await Promise.all(processes.map(addressOf));
    const sent: string[] = [];
    for (let kill = 0; kill < KILLS[size]; kill++) {
      const requests = Array.from({ length: REQUESTS_EACH[size] }, (_, index) => sent.length + index);
      const sending = Promise.all(SUBJECTS.map((subject) => sendInTurn(targets, subject, requests)));
      const victim = processes[kill % 2] as InboundProgram;
      await (kill % 2 === 0 ? standing(victim) : stage.receives(SUBJECTS.length));
      await victim.kill();
      const next = await start(stage);
      processes[kill % 2] = next;
      targets[kill % 2] = await addressOf(next);
      sent.push(...(await sending).flat());
    }
    const faultEndedAt = Date.now();
    await stage.until('an effect of each', ({ distinct }) => distinct >= sent.length * WEBHOOKS);
    await sleep(stage.hubConfig.leaseMs + OVER_MS);
    const references = await stage.references();
    const problems = [...effectProblems(sent, references), ...orderProblems(references)];
    return { faultEndedAt, mayDuplicate: KILLS[size] * CONCURRENCY * WEBHOOKS, problems };
  },
};

/** Each when the one before it was accepted. Answers what they are called. */
async function sendInTurn(
  targets: Targets,
  subject: string,
  numbers: readonly number[],
): Promise<readonly string[]> {
  const names = numbers.map((number) => `${subject}-${number}`);
  for (const request of names) await sendCopies(targets, SECRET, { request, subject }, 1);
  return names;
}

/** References in the order in which they were made. */
function orderProblems(references: readonly string[]): readonly string[] {
  const last = new Map<string, number>();
  let disordered = 0;
  for (const reference of references) {
    const [subject = '', number] = requestOf(reference).split('-');
    if (Number(number) < (last.get(subject) ?? -1)) disordered += 1;
    last.set(subject, Number(number));
  }
  return disordered > 0 ? [`${disordered} effects came before one of an earlier request`] : [];
}
