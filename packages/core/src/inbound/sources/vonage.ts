import { defineSender } from '../create-source.js';
import { textAt } from '../request-field.js';
import { sha256 } from '../schemes/body-hash.js';
import { claimsOf, jwt } from '../schemes/jwt.js';

const PREFIX = 'Bearer ';

/**
 * Vonage's webhooks: a token (HS256) in `Authorization` with a hash of the body. The secret is the account's signature secret. The
 * id is the token's.
 */
export const vonage = defineSender({
  kind: 'vonage',
  title: 'Vonage',
  docs: 'https://developer.vonage.com/en/getting-started/concepts/webhooks',
  evidence: 'catalogues',
  scheme: jwt({
    header: 'Authorization',
    prefix: PREFIX,
    algorithms: ['HS256'],
    isAbout: (claims, { body }) => claims.payload_hash === sha256(body),
    claimsFor: ({ body }, { now, id }) => ({
      iss: 'Vonage',
      iat: Math.floor(now / 1_000),
      exp: Math.floor(now / 1_000) + 300,
      jti: id,
      payload_hash: sha256(body),
    }),
  }),
  id: (request) => textAt(claimsOf((request.header('authorization') ?? '').slice(PREFIX.length)), 'jti'),
  type: { first: [{ path: 'type' }, { path: 'status' }] },
  accepted: { status: 200 },
});
