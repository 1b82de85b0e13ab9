import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { HooklineError } from '../../errors.js';
import { createSource } from '../create-source.js';
import { FetchedKeys } from '../schemes/fetched-key.js';
import { jwt } from '../schemes/jwt.js';
import type { OwnSourceMaker, Sender, SourceOptions } from '../sender.js';
import type { AsyncSource } from '../source.js';

export interface PlaidOptions extends SourceOptions {
  /**
   * Plaid's key of an id, as its API `/webhook_verification_key/get` answers it; null for one that it does not know. A key is
   * asked for once an hour.
   */
  readonly fetchKey: (keyId: string) => Promise<JsonWebKey | null>;
}

const KIND = 'plaid';
const KEY_ID = /^[\w-]{1,100}$/;

/**
 * Plaid's webhooks: a token (ES256) in `Plaid-Verification` with a hash of the body, five minutes old at most. Its key comes
 * from Plaid's API, for which the app has the credentials: `fetchKey`. No id comes with a request.
 *
 * Throws OPTION_INVALID. Its `verify` rejects with what `fetchKey` throws.
 */
export const plaid: OwnSourceMaker<PlaidOptions, AsyncSource> = Object.assign(
  (options: PlaidOptions) => {
    if (typeof options?.fetchKey === 'function')
      return createSource(describe(options.fetchKey), options, 'by id') as AsyncSource;
    const expected = "a function that answers Plaid's key of an id";
    throw new HooklineError('OPTION_INVALID', {
      option: 'fetchKey',
      expected,
      got: typeof options?.fetchKey,
    });
  },
  { sender: describe(async () => null) },
);

function describe(fetchKey: PlaidOptions['fetchKey']): Sender {
  const keys = new FetchedKeys<KeyObject | null>(KIND, async (keyId) => {
    const key = await fetchKey(keyId);
    return key === null ? null : createPublicKey({ key, format: 'jwk' });
  });
  return {
    kind: KIND,
    title: 'Plaid',
    docs: 'https://plaid.com/docs/api/webhooks/webhook-verification/',
    evidence: 'catalogues',
    ownOptions: ['fetchKey'],
    scheme: jwt<string>({
      header: 'Plaid-Verification',
      algorithms: ['ES256'],
      toKey: (secret) => secret,
      keyOf: async (_key, { header: { kid } }) =>
        typeof kid === 'string' && KEY_ID.test(kid) ? keys.get(kid, Date.now()) : null,
      isAbout: ({ request_body_sha256 }, { body }) => request_body_sha256 === sha256(body),
      claimsFor: ({ body }, { now }) => ({ iat: Math.floor(now / 1_000), request_body_sha256: sha256(body) }),
      keyId: 'test',
      maxAgeS: 300,
    }),
    type: { joined: [{ path: 'webhook_type' }, { path: 'webhook_code' }] },
    accepted: { status: 200 },
    needsOnlySecret: false,
  };
}

function sha256(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
