import type { HttpClient } from '../ports/http-client.js';
import type { IdGenerator } from '../ports/id-generator.js';
import type { ClaimedDelivery } from '../ports/work-store.js';
import type { Held } from '../worker/claims.js';
import type { Composer } from './compose-body.js';
import type { Tried } from './conclude-attempt.js';
import { type Answer, type ClientErrors, judgeReply } from './judge-reply.js';
import { type PostDeps, post } from './post-request.js';
import { dismiss, postpone, type SettleDeps } from './settle-attempt.js';
import type { WebhookRecord } from './webhook.js';

export interface SendDeps extends PostDeps, SettleDeps {
  readonly claims: SettleDeps['claims'];
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

export function judge(
  { clock, ids, clientErrors: usual }: SendDeps,
  { settings: { clientErrors = usual } }: WebhookRecord,
  { startedAt, reply }: { readonly startedAt: number; readonly reply: Answer },
): Tried {
  const finishedAt = clock.now();
  const verdict = judgeReply(reply, finishedAt, clientErrors);
  return { attemptId: ids.next('att'), startedAt, finishedAt, reply, verdict };
}
