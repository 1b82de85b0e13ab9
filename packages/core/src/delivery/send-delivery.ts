import type { HttpClient, HttpReply } from '../ports/http-client.js';
import type { IdGenerator } from '../ports/id-generator.js';
import type { ClaimedDelivery } from '../ports/work-store.js';
import type { Held } from '../worker/claims.js';
import type { Composer } from './compose-body.js';
import type { Tried } from './conclude-attempt.js';
import { type ClientErrors, judgeReply } from './judge-reply.js';
import {
  type MadeRequest,
  type MakeRequestDeps,
  type MakeRequestParts,
  makeRequest,
} from './make-request.js';
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
    if (composed.kind === 'composed') {
      const startedAt = deps.clock.now();
      const reply = await post(deps, work, { webhook, composed, now: startedAt });
      return reply && judge(deps, webhook, { startedAt, reply });
    }
    await dismiss(deps, work, { kind: 'refused', reason: composed.reason });
  } catch (error) {
    await postpone(deps, work, error);
  }
  return null;
}

/** Null where the lease is over. */
export function post(
  deps: SendDeps,
  work: Held<ClaimedDelivery>,
  parts: MakeRequestParts,
): Promise<HttpReply> | null | Promise<HttpReply | null> {
  const making = makeRequest(deps, work, parts);
  return making instanceof Promise
    ? making.then((made) => postMade(deps, work, made))
    : postMade(deps, work, making);
}

function postMade(deps: SendDeps, work: Held<ClaimedDelivery>, made: MadeRequest): Promise<HttpReply> | null {
  if (made.kind === 'denied') {
    const { reason, message } = made;
    return Promise.resolve({ kind: 'error', reason, message, durationMs: 0 });
  }
  return deps.claims.isHeld(work.delivery.id) ? deps.http.send(made.request) : null;
}

export function judge(
  { clock, ids, clientErrors: usual }: SendDeps,
  { settings: { clientErrors = usual } }: WebhookRecord,
  { startedAt, reply }: Pick<Tried, 'startedAt' | 'reply'>,
): Tried {
  const finishedAt = clock.now();
  const verdict = judgeReply(reply, finishedAt, clientErrors);
  return { attemptId: ids.next('att'), startedAt, finishedAt, reply, verdict };
}
