import type { Clock } from '../ports/clock.js';
import type { OutboundRequest } from '../ports/http-client.js';
import type { ClaimedDelivery } from '../ports/work-store.js';
import type { Profile } from '../signing/header-profile.js';
import type { SigningKey } from '../signing/signing-key.js';
import type { AccessToken, Denied, Granted } from './access.js';
import { buildRequest, type RequestOptions } from './build-request.js';
import type { Composed } from './compose-body.js';
import type { RequestAccess } from './request-access.js';
import type { WebhookRecord } from './webhook.js';

export interface MakeRequestDeps {
  readonly access: RequestAccess;
  readonly request: RequestOptions;
  readonly clock: Clock;
  /** Those of a webhook that sign at an instant. Throws SECRET_UNREADABLE. */
  readonly signingKeys: (webhook: WebhookRecord, now: number) => readonly SigningKey[];
  /** Throws PROFILE_MISSING. */
  readonly profileOf: (webhook: WebhookRecord) => Profile;
}

export interface MakeRequestParts {
  readonly webhook: WebhookRecord;
  readonly composed: Composed;
  /** When the attempt began: its deadline counts from then. */
  readonly now: number;
}

export type MadeRequest =
  | { readonly kind: 'made'; readonly request: OutboundRequest; readonly token: AccessToken | null }
  | Denied;

const TOO_LATE: Denied = {
  kind: 'denied',
  reason: 'auth',
  message: 'The token endpoint took all the time of the attempt: nothing was sent to the receiver.',
  notBeforeMs: 0,
};

/**
 * A request that is let in, signed. A promise only where a token has to be had first: then it is signed when that is
 * there, and has as much time as is left.
 */
export function makeRequest(
  deps: MakeRequestDeps,
  work: ClaimedDelivery,
  parts: MakeRequestParts,
): MadeRequest | Promise<MadeRequest> {
  const { webhook, now: startedAt } = parts;
  const timeoutMs = webhook.settings.timeoutMs ?? deps.request.timeoutMs;
  const access = deps.access.accessOf(webhook, startedAt, timeoutMs);
  if (!(access instanceof Promise)) return make(deps, work, parts, { access, timeoutMs });
  return access.then((answer) => {
    // a clock that was set back gives no more time than there is
    const now = Math.max(startedAt, deps.clock.now());
    const leftMs = timeoutMs - (now - startedAt);
    if (answer.kind === 'granted' && leftMs <= 0) return TOO_LATE;
    return make(deps, work, { ...parts, now }, { access: answer, timeoutMs: leftMs });
  });
}

interface Admission {
  readonly access: Granted | Denied;
  readonly timeoutMs: number;
}

function make(
  { request, signingKeys, profileOf }: MakeRequestDeps,
  work: ClaimedDelivery,
  { webhook, composed, now }: MakeRequestParts,
  { access, timeoutMs }: Admission,
): MadeRequest {
  if (access.kind === 'denied') return access;
  const options = timeoutMs === request.timeoutMs ? request : { ...request, timeoutMs };
  const keys = signingKeys(webhook, now);
  const profile = profileOf(webhook);
  const built = buildRequest({ work, webhook, composed, access, profile, keys, now }, options);
  return { kind: 'made', request: built, token: access.token };
}
