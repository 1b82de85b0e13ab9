import type { HttpClient, HttpReply } from '../ports/http-client.js';
import type { IdGenerator } from '../ports/id-generator.js';
import type { ClaimedDelivery } from '../ports/work-store.js';
import type { Held } from '../worker/claims.js';
import type { Composed, Composer } from './compose-body.js';
import type { Tried } from './conclude-attempt.js';
import { type ClientErrors, judgeReply } from './judge-reply.js';
import { type MakeRequestDeps, type MakeRequestParts, makeRequest } from './make-request.js';
import { dismiss, postpone, type SettleDeps } from './settle-attempt.js';
import type { WebhookRecord } from './webhook.js';

export interface SendDeps extends MakeRequestDeps, SettleDeps {
  readonly http: HttpClient;
  readonly ids: IdGenerator;
  readonly composer: Composer;
  readonly clientErrors: ClientErrors;
}

/** Null where nothing was sent: it was withheld, the lease is over, or it failed on our side. */
export async function sendDelivery(
  deps: SendDeps,
  work: Held<ClaimedDelivery>,
  webhook: WebhookRecord,
): Promise<Tried | null> {
  try {
    const composing = deps.composer.compose(work, webhook);
    const composed = composing instanceof Promise ? await composing : composing;
    if (composed.kind === 'composed') return await post(deps, work, webhook, composed);
    await dismiss(deps, work, { kind: 'refused', reason: composed.reason });
  } catch (error) {
    await postpone(deps, work, error);
  }
  return null;
}

/** Null where the lease is over. */
export async function post(
  deps: SendDeps,
  work: Held<ClaimedDelivery>,
  webhook: WebhookRecord,
  composed: Composed,
): Promise<Tried | null> {
  const { clock, ids } = deps;
  const startedAt = clock.now();
  const reply = await exchange(deps, work, { webhook, composed, now: startedAt });
  if (reply === null) return null;
  const finishedAt = clock.now();
  const { clientErrors = deps.clientErrors } = webhook.settings;
  const verdict = judgeReply(reply, finishedAt, clientErrors);
  return { attemptId: ids.next('att'), startedAt, finishedAt, reply, verdict };
}

async function exchange(
  deps: SendDeps,
  work: Held<ClaimedDelivery>,
  parts: MakeRequestParts,
): Promise<HttpReply | null> {
  const making = makeRequest(deps, work, parts);
  const made = making instanceof Promise ? await making : making;
  if (made.kind === 'denied')
    return { kind: 'error', reason: made.reason, message: made.message, durationMs: 0 };
  return deps.claims.isHeld(work.delivery.id) ? deps.http.send(made.request) : null;
}
