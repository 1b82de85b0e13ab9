import type { IncomingHttpHeaders } from 'node:http';
import { HooklineError } from '../errors.js';
import type { AccountId, Actor, Changes, Subject } from '../events/event.js';
import { lowerCaseHeaders } from '../http/headers.js';
import { type StandardWebhooksOptions, standardWebhooks } from './sources/standard-webhooks.js';

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

export interface VerifyWebhookOptions extends StandardWebhooksOptions {
  /** Node's `req.headers`, or a fetch `Headers`; names in any case. */
  readonly headers: IncomingHttpHeaders | Iterable<readonly [string, string]>;
  /** The body as it came: its bytes, or its text. Never a parsed and re-serialised one. */
  readonly body: Uint8Array | string;
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
  const { headers, body, now = Date.now() } = options;
  const request = { method: 'POST', url: '/', headers: toHeaders(headers), body: toBytes(body) };
  return standardWebhooks(options).verify(request, now).data as Payload;
}

function toHeaders(headers: VerifyWebhookOptions['headers']): Readonly<Record<string, string>> {
  return lowerCaseHeaders(isIterable(headers) ? Object.fromEntries(headers) : headers);
}

function isIterable(
  headers: VerifyWebhookOptions['headers'],
): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers;
}

function toBytes(body: unknown): Buffer {
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const expected = 'the bytes or the text that came, read before any body parser';
  throw new HooklineError('OPTION_INVALID', {
    option: 'body',
    expected,
    got: body === null ? 'null' : typeof body,
  });
}
