import { HooklineError } from '../../errors.js';
import { decodeBase64, decodeSecret } from '../../signing/secret.js';
import { findHeader } from '../request-headers.js';
import { parseTemplate } from '../schemes/message-template.js';
import type { SignatureScheme } from '../schemes/signature-scheme.js';
import { ed25519Key, hmacKey, type VerificationKey } from '../schemes/verification-key.js';
import type { InboundRequest, Source, VerifiedRequest } from '../source.js';
import { requireSecrets, type SourceSecret } from '../source-secrets.js';
import { readMeaning, signedSource } from './signed-source.js';
import { toleranceOf } from './tolerance.js';

const KIND = 'standard_webhooks';
const PUBLIC_KEY_PREFIX = 'whpk_';
const ID_HEADERS = ['webhook-id', 'svix-id'];
const TIMESTAMP_HEADERS = ['webhook-timestamp', 'svix-timestamp'];
const SIGNATURE_HEADERS = ['webhook-signature', 'svix-signature'];

export interface StandardWebhooksOptions {
  /** `whsec_...`, or a public key `whpk_...` of a sender that signs with ed25519; several while one is changed. */
  readonly secret: SourceSecret;
  /** How far the timestamp may be from now, either way, in seconds. Default 300. */
  readonly toleranceS?: number;
}

/**
 * Any sender that follows Standard Webhooks: Svix and its customers, OpenAI, Clerk, Resend, and another Hookline.
 *
 * Takes the headers `webhook-*` and `svix-*`, signatures `v1` and `v1a`. The id is the `webhook-id`, which must hold
 * no `.`; the type is the body's `type`, or `received` where it has none.
 * Rules: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 *
 * Throws SOURCE_SECRET_MISSING, OPTION_INVALID.
 */
export function standardWebhooks(options: StandardWebhooksOptions): Source {
  return signedSource(standardWebhooksScheme(options), readStandardWebhook);
}

export function standardWebhooksScheme({ secret, toleranceS }: StandardWebhooksOptions): SignatureScheme {
  const tolerance = toleranceOf(toleranceS);
  return {
    kind: KIND,
    keys: requireSecrets(KIND, secret).map(toKey),
    signatureHeaders: SIGNATURE_HEADERS,
    list: { separator: ' ', assign: ',' },
    prefix: '',
    template: parseTemplate('{id}.{timestamp}.{body}'),
    idHeaders: ID_HEADERS,
    timestamp: { from: { headers: TIMESTAMP_HEADERS }, unit: 's', maxAgeS: tolerance, maxAheadS: tolerance },
  };
}

function readStandardWebhook(request: InboundRequest): VerifiedRequest {
  const verified = readMeaning(request, { id: null, type: { path: 'type' }, isTypeOptional: true });
  return { ...verified, id: findHeader(request, ID_HEADERS)?.value ?? null };
}

/** The prefix of the secret chooses the algorithm, never the request. */
function toKey(secret: string): VerificationKey {
  const key = secret.startsWith(PUBLIC_KEY_PREFIX) ? toPublicKey(secret) : toHmacKey(secret);
  if (key) return key;
  const expected = 'base64 behind "whsec_", or a public key of 32 bytes in base64 behind "whpk_"';
  throw new HooklineError('OPTION_INVALID', {
    option: 'secret',
    expected,
    got: `${secret.length} characters of something else`,
  });
}

function toPublicKey(secret: string): VerificationKey | null {
  const bytes = decodeBase64(secret.slice(PUBLIC_KEY_PREFIX.length));
  return bytes && ed25519Key(bytes, 'v1a');
}

/** How long a sender's secret is is not ours to judge, so long as there is one. */
function toHmacKey(secret: string): VerificationKey | null {
  const bytes = decodeSecret(secret);
  if (bytes === null || bytes.length === 0) return null;
  return hmacKey(bytes, { algorithm: 'sha256', encoding: 'base64', label: 'v1' });
}
