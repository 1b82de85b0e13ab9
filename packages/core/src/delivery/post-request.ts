import type { HttpClient } from '../ports/http-client.js';
import type { ClaimedDelivery } from '../ports/work-store.js';
import type { Answer } from './judge-reply.js';
import {
  type MadeRequest,
  type MakeRequestDeps,
  type MakeRequestParts,
  makeRequest,
} from './make-request.js';
import type { WebhookRecord } from './webhook.js';

export interface PostDeps extends MakeRequestDeps {
  readonly http: Pick<HttpClient, 'send'>;
  /** Whether it may be sent still. */
  readonly claims: { isHeld(deliveryId: string): boolean };
}

/** Makes the request of an attempt and sends it, all within one deadline. Null where it may not be sent any more. */
export function post(
  deps: PostDeps,
  work: ClaimedDelivery,
  parts: MakeRequestParts,
): Promise<Answer> | null | Promise<Answer | null> {
  const making = makeRequest(deps, work, parts);
  return making instanceof Promise
    ? postLate(deps, work, parts, making)
    : send(deps, work, parts.webhook, making);
}

/** What getting a token takes is part of the attempt. */
async function postLate(
  deps: PostDeps,
  work: ClaimedDelivery,
  { webhook, now: startedAt }: MakeRequestParts,
  making: Promise<MadeRequest>,
): Promise<Answer | null> {
  const made = await making;
  const waitedMs = Math.max(0, deps.clock.now() - startedAt);
  const answer = await send(deps, work, webhook, made);
  if (answer === null) return null;
  const durationMs = waitedMs + answer.durationMs;
  if (answer.kind === 'response' || made.kind === 'denied') return { ...answer, durationMs };
  return { ...answer, durationMs, message: `${answer.message} Getting a token took ${waitedMs} ms.` };
}

function send(
  { access, claims, http }: PostDeps,
  work: ClaimedDelivery,
  webhook: WebhookRecord,
  made: MadeRequest,
): Promise<Answer> | null {
  if (made.kind === 'denied') {
    const { reason, message, notBeforeMs } = made;
    return Promise.resolve({ kind: 'error', reason, message, notBeforeMs, durationMs: 0 });
  }
  if (!claims.isHeld(work.delivery.id)) return null;
  const { request, token } = made;
  const sending = http.send(request);
  return token === null ? sending : sending.then((reply) => access.answered(webhook.id, token, reply));
}
