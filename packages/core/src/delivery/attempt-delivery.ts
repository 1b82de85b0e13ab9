import type { ClaimedDelivery } from '../ports/work-store.js';
import type { Held } from '../worker/claims.js';
import { admitDelivery } from './admit-delivery.js';
import { attemptBatch } from './attempt-batch.js';
import { type ClaimGroup, MAX_DEBOUNCED, newestOf } from './claim-group.js';
import { concludeAttempt } from './conclude-attempt.js';
import type { Gathering, PerformTogether, Works } from './gathering.js';
import { isGathered } from './group.js';
import type { Let, Pass, ReceiverGate } from './receiver-gate.js';
import { type SendDeps, sendDelivery } from './send-delivery.js';
import { dismiss, passOn, policyOf, type SettleDeps, settleAttempt } from './settle-attempt.js';
import type { WebhookRecord } from './webhook.js';

export interface AttemptDeps extends SendDeps, SettleDeps {
  readonly gate: ReceiverGate;
  readonly gathering: Gathering;
  readonly claimGroup: ClaimGroup;
  readonly random: () => number;
  /** How many events may have led to one that is still sent. */
  readonly maxDepth: number;
}

/** What is attempted. */
export interface Passed extends Let {
  /** Gives the place in the worker to the next. */
  readonly leave: () => void;
}

/**
 * The story of one attempt, of a delivery that this process holds:
 *
 * 1. refuse it where its webhook is gone or inactive; put it aside where that is paused
 * 2. bring together what goes together, and put it aside where its receiver only fails just now, or its turn has not
 *    come; of what is debounced go on with the newest, of what is batched with all
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
  const { groupKey, manual } = work.delivery;
  if (groupKey !== null && isGathered(groupKey) && !manual) {
    const maxItems = webhook.settings.batch?.maxItems ?? MAX_DEBOUNCED;
    const perform: PerformTogether = (works, leaveAll) =>
      attemptGroup(deps, works, { webhook, maxItems, leave: leaveAll });
    return deps.gathering.join(work, leave, { maxItems, perform });
  }
  const go = (pass: Pass): Promise<void> =>
    pass.kind === 'held'
      ? putAside(deps, [work], webhook, pass)
      : watched(deps, pass, attemptOne(deps, work, { ...pass, leave }));
  const passing = deps.gate.pass(work.delivery, webhook);
  return passing instanceof Promise ? passing.then(go) : go(passing);
}

interface Gathered {
  readonly webhook: WebhookRecord;
  readonly maxItems: number;
  readonly leave: () => void;
}

/** What goes together passes the gate as one. */
async function attemptGroup(
  deps: AttemptDeps,
  begun: Works,
  { webhook, maxItems, leave }: Gathered,
): Promise<void> {
  const pass = await deps.gate.pass(begun[0].delivery, webhook);
  if (pass.kind === 'held') return putAside(deps, begun, webhook, pass);
  return watched(deps, pass, attemptTogether(deps, begun, { ...pass, leave }, maxItems));
}

async function attemptTogether(
  deps: AttemptDeps,
  begun: Works,
  passed: Passed,
  maxItems: number,
): Promise<void> {
  const { works, end } = await deps.claimGroup(begun, maxItems);
  void passOn(deps, begun[0]);
  try {
    if (passed.webhook.settings.batch) await attemptBatch(deps, works, passed);
    else await attemptOne(deps, await newestOf(deps, works), passed);
  } finally {
    end();
  }
}

/** A probe that ends by an error of ours must not be waited for. */
function watched({ gate }: AttemptDeps, passed: Let, attempt: Promise<void>): Promise<void> {
  if (!passed.isProbe) return attempt;
  return attempt.catch((error) => {
    gate.abandon(passed);
    throw error;
  });
}

async function putAside(
  { gate, ...deps }: AttemptDeps,
  works: Works,
  webhook: WebhookRecord,
  pass: Extract<Pass, { readonly kind: 'held' }>,
): Promise<void> {
  await Promise.all(works.map((work) => dismiss(deps, work, pass)));
  for (const _ of works) gate.noteHeld(webhook, pass.hold);
}

async function attemptOne(deps: AttemptDeps, work: Held<ClaimedDelivery>, passed: Passed): Promise<void> {
  const { webhook } = passed;
  const tried = await sendDelivery(deps, work, webhook);
  if (tried === null) return deps.gate.abandon(passed);
  const policy = policyOf(deps, webhook);
  deps.gate.note(tried, passed, policy);
  passed.leave();
  const result = concludeAttempt(work, tried, { policy, random: deps.random() });
  await settleAttempt(deps, work, { delivery: work.delivery, webhook, result, verdict: tried.verdict });
  const callingBack = deps.gate.callBack(passed, work.delivery);
  if (callingBack !== undefined) await callingBack;
}
