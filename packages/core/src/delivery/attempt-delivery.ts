import type { ClaimedDelivery } from '../ports/work-store.js';
import type { Held } from '../worker/claims.js';
import { admitDelivery } from './admit-delivery.js';
import { attemptBatch } from './attempt-batch.js';
import { type ClaimGroup, newestOfGroup } from './claim-group.js';
import { concludeAttempt } from './conclude-attempt.js';
import type { Pass, ReceiverGate } from './receiver-gate.js';
import { type SendDeps, sendDelivery } from './send-delivery.js';
import { dismiss, policyOf, type SettleDeps, settleAttempt } from './settle-attempt.js';
import type { WebhookRecord } from './webhook.js';

export interface AttemptDeps extends SendDeps, SettleDeps {
  readonly gate: ReceiverGate;
  readonly claimGroup: ClaimGroup;
  readonly random: () => number;
  /** How many events may have led to one that is still sent. */
  readonly maxDepth: number;
}

/** What is attempted, and what may be known of it beforehand. */
export interface Passed {
  readonly webhook: WebhookRecord;
  readonly isProbe: boolean;
  /** Gives the place in the worker to the next. */
  readonly leave: () => void;
}

/**
 * The story of one attempt, of a delivery that this process holds:
 *
 * 1. refuse it where its webhook is gone or inactive; put it aside where that is paused, its receiver only fails just
 *    now, or its turn has not come
 * 2. of deliveries that are debounced, go on with the newest; of those that are batched, with all
 * 3. compose its body, get what lets it in, build the request and sign it
 * 4. leave it alone where its lease ran out meanwhile (the process stood still): somebody else may be sending it
 * 5. send it; network trouble is a reply, too
 * 6. judge the reply
 * 7. leave its place in the worker to the next, record the attempt and where the delivery goes on, in one write
 * 8. hand over the next attempt, and tell those who follow
 */
export function attemptDelivery(
  deps: AttemptDeps,
  work: Held<ClaimedDelivery>,
  leave: () => void = () => {},
): Promise<void> {
  const admission = admitDelivery(work, deps.maxDepth);
  if (admission.kind !== 'admitted') return dismiss(deps, work, admission);
  const { webhook } = admission;
  const go = (pass: Pass): Promise<void> => {
    if (pass.kind === 'held')
      return dismiss(deps, work, pass).then(() => deps.gate.noteHeld(webhook, pass.hold));
    const passed = { webhook, isProbe: pass.isProbe, leave };
    const { batch, debounceMs } = webhook.settings;
    const isAlone = batch === undefined && debounceMs === undefined;
    return isAlone ? attemptOne(deps, work, passed) : attemptGroup(deps, work, passed);
  };
  const passing = deps.gate.pass(work.delivery, webhook);
  return passing instanceof Promise ? passing.then(go) : go(passing);
}

async function attemptGroup(deps: AttemptDeps, work: Held<ClaimedDelivery>, passed: Passed): Promise<void> {
  const { batch } = passed.webhook.settings;
  const { works, end } = await deps.claimGroup(work, batch?.maxItems);
  try {
    if (batch === undefined) await attemptOne(deps, await newestOfGroup(deps, works), passed);
    else await attemptBatch(deps, works, passed);
  } finally {
    end();
  }
}

async function attemptOne(
  deps: AttemptDeps,
  work: Held<ClaimedDelivery>,
  { webhook, isProbe, leave }: Passed,
): Promise<void> {
  const tried = await sendDelivery(deps, work, webhook);
  if (tried === null) return deps.gate.abandon(webhook, isProbe);
  const policy = policyOf(deps, webhook);
  deps.gate.note(tried, { webhook, policy, isProbe });
  leave();
  const result = concludeAttempt(work, tried, { policy, random: deps.random() });
  await settleAttempt(deps, work, { delivery: work.delivery, webhook, result, verdict: tried.verdict });
  const callingBack = deps.gate.callBack(webhook);
  if (callingBack !== undefined) await callingBack;
}
