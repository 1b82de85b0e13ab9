import type { OutboundRequest } from '../ports/http-client.js';
import type { ClaimedDelivery } from '../ports/work-store.js';
import type { SigningKey } from '../signing/signing-key.js';
import type { Denied } from './access.js';
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
  const { webhook, now } = parts;
  const { timeoutMs = deps.request.timeoutMs } = webhook.settings;
  const access = deps.access.accessOf(webhook, now);
  const make = (granted: Awaited<typeof access>): MadeRequest => {
    if (granted.kind === 'denied') return granted;
    const keys = deps.signingKeys(webhook, now);
    const options = { ...deps.request, timeoutMs };
    return { kind: 'made', request: buildRequest({ ...parts, work, access: granted, keys }, options) };
  };
  return access instanceof Promise ? access.then(make) : make(access);
}
