import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { HooklineError } from '../../errors.js';
import { createSource } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { valueAt } from '../request-field.js';
import { sha256 } from '../schemes/body-hash.js';
import { FetchedKeys, type FetchText, fetchText } from '../schemes/fetched-key.js';
import { importPrivateKey } from '../schemes/key-format.js';
import type { Draft, Scheme, SignContext } from '../schemes/scheme.js';
import { assertFresh, readTimestamp, type TimestampRule } from '../schemes/signed-timestamp.js';
import { publicKey, signWith } from '../schemes/verification-key.js';
import type { OwnSourceMaker, Sender, SourceOptions } from '../sender.js';
import type { AsyncSource } from '../source.js';
import type { SourceSecret } from '../source-secrets.js';

export interface FalAiOptions extends SourceOptions {
  /** Your user id at fal.ai, or several: requests of others are refused. */
  readonly userId: SourceSecret;
  /** Fetches fal.ai's keys. Default: an HTTPS request of 5 s at most. */
  readonly fetchText?: FetchText;
}

const KIND = 'fal_ai';
const KEYS = 'https://rest.fal.ai/.well-known/jwks.json';
const NAMES = ['request-id', 'user-id', 'timestamp'].map((part) => `x-fal-webhook-${part}`);
const [REQUEST_ID = '', USER_ID = '', TIME = ''] = NAMES;
const SIGNATURE = 'x-fal-webhook-signature';
const TIMESTAMP: TimestampRule = { from: { headers: [TIME] }, format: 's', past: 300, future: 300 };
const OUTPUT = { digest: null, encoding: 'hex', label: null } as const;

/**
 * fal.ai's webhooks: Ed25519 over request, user, time and a hash of the body, by one of the keys that fal.ai publishes, which are
 * fetched once an hour. The id is the request's.
 *
 * Anybody with an account can have fal.ai sign a request: so there is no secret, and the users must be named.
 *
 * Throws SOURCE_SECRET_MISSING where none is. Its `verify` may throw KEY_UNAVAILABLE.
 */
export const falAi: OwnSourceMaker<FalAiOptions, AsyncSource> = Object.assign(
  (options: FalAiOptions) =>
    createSource(describe(options?.fetchText), options ?? {}, options?.userId) as AsyncSource,
  { sender: describe() },
);

function describe(fetch: FetchText = (url) => fetchText(KIND, url)): Sender {
  return {
    kind: KIND,
    title: 'fal.ai',
    docs: 'https://docs.fal.ai/model-apis/model-endpoints/webhooks',
    evidence: 'catalogues',
    ownOptions: ['userId', 'fetchText'],
    scheme: publishedKeys(fetch),
    id: { header: REQUEST_ID },
    type: { path: 'status' },
    needsOnlySecret: false,
  };
}

function publishedKeys(fetch: FetchText): Scheme<string> {
  const published = new FetchedKeys(KIND, async (url) => readKeys(await fetch(url)));
  return {
    secretHeaders: [SIGNATURE],
    tolerance: TIMESTAMP,
    coversBody: true,
    signsUrl: false,
    toKey: (secret) => secret,
    async check(request, userIds, { kind, now, tolerance }) {
      const signature = request.header(SIGNATURE);
      if (signature === null) throw new HooklineError('SIGNATURE_MISSING', { header: SIGNATURE });
      const timestamp = readTimestamp(TIMESTAMP, { request, items: [], signatureHeader: SIGNATURE });
      const message = [messageOf(request)];
      if (!userIds.includes(request.header(USER_ID) ?? '')) throw mismatch(kind);
      const keys = await published.get(KEYS, now);
      if (!keys.some((key) => publicKey(key, OUTPUT).checker(message)(signature))) throw mismatch(kind);
      assertFresh(TIMESTAMP, timestamp, tolerance ?? TIMESTAMP, now);
    },
    sign,
  };
}

function mismatch(kind: string): HooklineError {
  return new HooklineError('SIGNATURE_MISMATCH', { source: kind });
}

/** Throws REQUEST_INCOMPLETE. */
function messageOf(request: Pick<ReceivedRequest, 'header' | 'body'>): string {
  const parts = NAMES.map((name) => {
    const value = request.header(name);
    if (value === null) throw new HooklineError('REQUEST_INCOMPLETE', { what: `the header ${name}` });
    return value;
  });
  return [...parts, sha256(request.body)].join('\n');
}

function readKeys(text: string): readonly KeyObject[] {
  try {
    const keys = valueAt(JSON.parse(text), 'keys');
    return (keys as readonly JsonWebKey[])
      .filter(({ crv }) => crv === 'Ed25519')
      .map((key) => createPublicKey({ key, format: 'jwk' }));
  } catch (cause) {
    throw new HooklineError(
      'KEY_UNAVAILABLE',
      { source: KIND, url: KEYS, problem: 'it holds no keys' },
      cause,
    );
  }
}

/** With a private key, for tests; as the user that the draft names. */
function sign(draft: Draft, secret: string, { kind, now, id }: SignContext): Partial<Draft> {
  if (!secret.includes('PRIVATE KEY')) {
    const problem = 'its private keys are kept by fal.ai: for tests, pass one in PEM';
    throw new HooklineError('SIGN_UNSUPPORTED', { source: kind, problem });
  }
  const own = { [REQUEST_ID]: id, [USER_ID]: 'user', [TIME]: String(Math.floor(now / 1_000)) };
  const headers: Readonly<Record<string, string>> = { ...own, ...draft.headers };
  const message = messageOf({ header: (name) => headers[name] ?? null, body: draft.body });
  return { headers: { ...headers, [SIGNATURE]: signWith(importPrivateKey(secret), [message], OUTPUT) } };
}
