import { HooklineError } from '../../errors.js';
import { createSource } from '../create-source.js';
import { type FetchText, fetchText } from '../schemes/fetched-key.js';
import { paypalScheme } from '../schemes/paypal-transmission.js';
import type { OwnSourceMaker, Sender, SourceOptions } from '../sender.js';
import type { AsyncSource } from '../source.js';

export interface PaypalOptions extends SourceOptions {
  /** The webhook's id, or several: requests of other webhooks are refused. It is no secret. */
  readonly webhookId: string | readonly string[];
  /** Fetches PayPal's certificates: never any URL that is not PayPal's own. Default: an HTTPS request of 5 s at most. */
  readonly fetchText?: FetchText;
}

const KIND = 'paypal';

/**
 * PayPal's webhooks: RSA with SHA-256 over id, time, the webhook's id and a checksum of the body, by a certificate of PayPal's
 * that is fetched from PayPal once an hour. It must be PayPal's and valid at the time.
 *
 * PayPal repeats a request for three days with its first time: `toleranceS` is Infinity unless set. The id is the body's.
 *
 * Throws OPTION_INVALID. Its `verify` may throw KEY_UNAVAILABLE.
 */
export const paypal: OwnSourceMaker<PaypalOptions, AsyncSource> = Object.assign(
  (options: PaypalOptions) =>
    createSource(describe(options?.fetchText), options, requireIds(options?.webhookId)) as AsyncSource,
  { sender: describe() },
);

function describe(fetch: FetchText = (url) => fetchText(KIND, url)): Sender {
  return {
    kind: KIND,
    title: 'PayPal',
    docs: 'https://developer.paypal.com/api/rest/webhooks/rest/',
    evidence: 'sdk',
    ownOptions: ['webhookId', 'fetchText'],
    scheme: paypalScheme(KIND, fetch),
    id: { path: 'id' },
    type: { path: 'event_type' },
    needsOnlySecret: false,
    uncovered: 'changes that leave its CRC-32 as it is: the body is covered by that checksum alone',
  };
}

function requireIds(webhookId: unknown): readonly string[] {
  const ids = [webhookId].flat();
  if (ids.length > 0 && ids.every((id) => typeof id === 'string' && /^\w{5,64}$/.test(id)))
    return ids as readonly string[];
  const expected = "the webhook's id, or several";
  throw new HooklineError('OPTION_INVALID', {
    option: 'webhookId',
    expected,
    got: JSON.stringify(webhookId) ?? 'undefined',
  });
}
