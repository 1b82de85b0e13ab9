import { createHash } from 'node:crypto';
import { HooklineError } from '../errors.js';
import type { ClaimedDelivery } from '../ports/work-store.js';
import type { Held } from '../worker/claims.js';
import type { AttemptDeps, Passed } from './attempt-delivery.js';
import type { Composed } from './compose-body.js';
import { concludeAttempt, type Tried } from './conclude-attempt.js';
import type { Works } from './gathering.js';
import { post } from './post-request.js';
import { judge } from './send-delivery.js';
import { dismiss, policyOf, postpone, settleAttempt } from './settle-attempt.js';
import type { WebhookRecord } from './webhook.js';

const BATCH_EVENT = 'hookline.batch';
const JSON_TYPE = 'application/json';

interface Item {
  readonly work: Held<ClaimedDelivery>;
  readonly text: string;
}

/** One request with the events of many deliveries: each has had its attempt then, and goes on by itself. */
export async function attemptBatch(deps: AttemptDeps, works: Works, passed: Passed): Promise<void> {
  const { webhook } = passed;
  const composed = await composeAll(deps, works, webhook);
  // whose lease ran out meanwhile may be sent by somebody else
  const items = composed.filter(({ work }) => deps.claims.isHeld(work.delivery.id));
  const tried = await sendTogether(deps, items, webhook);
  if (tried === null) return deps.gate.abandon(passed);
  const policy = policyOf(deps, webhook);
  deps.gate.note(tried, passed, policy);
  passed.leave();
  // the same chance for all: what failed together is tried again together
  const scheduling = { policy, random: deps.random() };
  await Promise.all(
    items.map(({ work }) => {
      const result = concludeAttempt(work, { ...tried, attemptId: deps.ids.next('att') }, scheduling);
      const { delivery } = work;
      return settleAttempt(deps, work, { delivery, webhook, result, verdict: tried.verdict });
    }),
  );
  await deps.gate.callBack(passed, works[0].delivery);
}

/** Those that are withheld, or that fail on our side, are left out. */
async function composeAll(deps: AttemptDeps, works: Works, webhook: WebhookRecord): Promise<readonly Item[]> {
  const items = await Promise.all(works.map((work) => composeOne(deps, work, webhook)));
  return items.filter((item) => item !== null);
}

async function composeOne(
  deps: AttemptDeps,
  work: Held<ClaimedDelivery>,
  webhook: WebhookRecord,
): Promise<Item | null> {
  try {
    const composed = await deps.composer.compose(work, webhook);
    if (composed.kind === 'composed') return { work, text: textOf(composed, webhook, work.delivery.eventId) };
    await dismiss(deps, work, { kind: 'refused', reason: composed.reason });
  } catch (error) {
    await postpone(deps, work, error);
  }
  return null;
}

/** Null where nothing was sent. */
async function sendTogether(
  deps: AttemptDeps,
  items: readonly Item[],
  webhook: WebhookRecord,
): Promise<Tried | null> {
  const [first] = items;
  if (first === undefined) return null;
  try {
    const startedAt = deps.clock.now();
    const parts = { webhook, composed: composeBatch(items), now: startedAt };
    const reply = await post(deps, asBatch(first.work, items), parts);
    return reply && judge(deps, webhook, { startedAt, reply });
  } catch (error) {
    await Promise.all(items.map(({ work }) => postpone(deps, work, error)));
    return null;
  }
}

/** It has an id of its own, the same for the same events. */
function asBatch(work: Held<ClaimedDelivery>, items: readonly Item[]): Held<ClaimedDelivery> {
  const ids = items.map(({ work: { delivery } }) => delivery.eventId).join();
  const eventId = `bat_${createHash('sha256').update(ids).digest('hex').slice(0, 26)}`;
  const depth = Math.max(...items.map((item) => item.work.depth));
  return { ...work, depth, headers: null, delivery: { ...work.delivery, eventId, eventType: BATCH_EVENT } };
}

/** A JSON array. */
function composeBatch(items: readonly Item[]): Composed {
  const body = Buffer.from(`[${items.map(({ text }) => text).join()}]`, 'utf8');
  return { kind: 'composed', contentType: JSON_TYPE, body };
}

/**
 * An event has its id in front, so that a receiver can drop what it has had; what a transform made is its own business.
 * Throws TRANSFORM_FAILED for what is no JSON.
 */
function textOf(
  { body, contentType }: Composed,
  { settings: { transform } }: WebhookRecord,
  eventId: string,
): string {
  const text = body.toString('utf8');
  if (transform === undefined)
    return text.startsWith('{"id":') ? text : `{"id":"${eventId}",${text.slice(1)}`;
  if (contentType === JSON_TYPE && isJson(text)) return text;
  const problem = `made ${contentType}, and a batch holds JSON alone`;
  throw new HooklineError('TRANSFORM_FAILED', { name: `transform "${transform}"`, problem });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
