import type { AccountId, Actor, Changes, Subject } from '../events/event.js';
import type { RequestInput } from './inbound-request.js';
import type { SourceOptions } from './sender.js';
import type { SourceSecret } from './source-secrets.js';
import { standardWebhooks } from './sources/standard-webhooks.js';

/** What a hub sends, parsed. */
export interface WebhookPayload<Data = unknown> {
  readonly type: string;
  /** When it happened, in ISO 8601. */
  readonly timestamp: string;
  readonly account: { readonly id: AccountId | null };
  readonly data: Data;
  readonly changes?: Changes;
  readonly actor?: Actor;
  readonly subject?: Subject;
}

export interface VerifyWebhookOptions
  extends Pick<RequestInput, 'headers' | 'body'>,
    Pick<SourceOptions, 'toleranceS'> {
  /** `whsec_...`, or a public key `whpk_...`; several while one is changed. */
  readonly secret: SourceSecret;
  /** Milliseconds since the Unix epoch. Default: the system's clock. */
  readonly now?: number;
}

/**
 * For receivers: checks a webhook of Hookline's, or of any sender that follows Standard Webhooks, and answers its
 * payload. A webhook may come more than once, with the same `webhook-id`.
 *
 * Throws SIGNATURE_MISSING, SIGNATURE_MISMATCH, TIMESTAMP_INVALID, TIMESTAMP_OUT_OF_RANGE, REQUEST_INCOMPLETE,
 * PAYLOAD_NOT_JSON; SOURCE_SECRET_MISSING and OPTION_INVALID where it is called wrongly.
 *
 * @example
 * app.post('/hook', express.raw({ type: () => true }), (req, res) => {
 *   const { type, data } = verifyWebhook({ headers: req.headers, body: req.body, secret: process.env.WEBHOOK_SECRET });
 *   res.sendStatus(204);
 * });
 */
export function verifyWebhook<Payload = WebhookPayload>(options: VerifyWebhookOptions): Payload {
  const { headers, body, secret, toleranceS, now = Date.now() } = options;
  const source = standardWebhooks({ secret, ...(toleranceS !== undefined && { toleranceS }) });
  return source.verify({ headers, body }, now).data as Payload;
}
