import type { OutboundRequest } from '../ports/http-client.js';
import type { ClaimedDelivery } from '../ports/work-store.js';
import type { SigningKey } from '../signing/signing-key.js';
import type { Denied, Granted } from './access.js';
import { buildRequest, type RequestOptions } from './build-request.js';
import type { Composed } from './compose-body.js';
import type { RequestAccess } from './request-access.js';
import type { WebhookRecord } from './webhook.js';

export interface MakeRequestDeps {
  readonly access: RequestAccess;
  readonly request: RequestOptions;
  /** Those of a webhook that sign at an instant. Throws SECRET_UNREADABLE. */
  readonly signingKeys: (webhook: WebhookRecord, now: number) => readonly SigningKey[];
}

export interface MakeRequestParts {
  readonly webhook: WebhookRecord;
  readonly composed: Composed;
  readonly now: number;
}

export type MadeRequest = { readonly kind: 'made'; readonly request: OutboundRequest } | Denied;

/** A request that is let in, signed. A promise only where a token has to be had first. */
export function makeRequest(
  deps: MakeRequestDeps,
  work: ClaimedDelivery,
  parts: MakeRequestParts,
): MadeRequest | Promise<MadeRequest> {
  const access = deps.access.accessOf(parts.webhook, parts.now);
  return access instanceof Promise
    ? access.then((granted) => make(deps, work, parts, granted))
    : make(deps, work, parts, access);
}

function make(
  { request, signingKeys }: MakeRequestDeps,
  work: ClaimedDelivery,
  { webhook, composed, now }: MakeRequestParts,
  access: Granted | Denied,
): MadeRequest {
  if (access.kind === 'denied') return access;
  const { timeoutMs } = webhook.settings;
  const options = timeoutMs === undefined ? request : { ...request, timeoutMs };
  const keys = signingKeys(webhook, now);
  return { kind: 'made', request: buildRequest({ work, webhook, composed, access, keys, now }, options) };
}
