import { HooklineError } from '../../errors.js';
import { decodeSecret } from '../../signing/secret.js';
import { requireSecrets, type SourceSecret } from '../source-secrets.js';
import { parseTemplate } from './message-template.js';
import type { ListFormat } from './signature-list.js';
import type { SignatureScheme } from './signature-scheme.js';
import type { TimestampRule } from './signed-timestamp.js';
import { type HmacAlgorithm, hmacKey, type SignatureEncoding } from './verification-key.js';

export type SecretEncoding = 'utf8' | 'base64' | 'hex';

/** A sender that signs with an HMAC, in as few words as possible: what is left out has its usual value. */
export interface HmacDescription {
  readonly kind: string;
  readonly secret: SourceSecret;
  readonly header: string;
  /** Default: the header is one signature. */
  readonly list?: ListFormat | null;
  /** The label of signatures in the list. Default: they have none. */
  readonly label?: string | null;
  /** Default: none. */
  readonly prefix?: string;
  /** Default `sha256`. */
  readonly algorithm?: HmacAlgorithm;
  /** Default `hex`. */
  readonly encoding?: SignatureEncoding;
  /** How the secret's text stands for the key. Default `utf8`. */
  readonly secretEncoding?: SecretEncoding;
  /** Default `{body}`. */
  readonly template?: string;
  readonly idHeader?: string | null;
  readonly timestamp?: TimestampRule | null;
}

/** Throws SOURCE_SECRET_MISSING, OPTION_INVALID. */
export function hmacScheme(description: HmacDescription): SignatureScheme {
  const { kind, header, idHeader = null, label = null } = description;
  const { algorithm = 'sha256', encoding = 'hex', secretEncoding = 'utf8' } = description;
  const secrets = requireSecrets(kind, description.secret);
  return {
    kind,
    keys: secrets.map((secret) => hmacKey(keyBytes(secret, secretEncoding), { algorithm, encoding, label })),
    signatureHeaders: [header.toLowerCase()],
    list: description.list ?? null,
    prefix: description.prefix ?? '',
    template: parseTemplate(description.template ?? '{body}'),
    idHeaders: idHeader === null ? [] : [idHeader.toLowerCase()],
    timestamp: description.timestamp ?? null,
  };
}

function keyBytes(secret: string, encoding: SecretEncoding): Buffer {
  if (encoding === 'utf8') return Buffer.from(secret, 'utf8');
  const key = encoding === 'base64' ? decodeSecret(secret) : decodeHex(secret);
  if (key && key.length > 0) return key;
  const got = `${secret.length} characters of something else`;
  throw new HooklineError('OPTION_INVALID', { option: 'secret', expected: `a secret in ${encoding}`, got });
}

function decodeHex(text: string): Buffer | null {
  return /^([0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : null;
}
