import { defineSender } from '../create-source.js';
import { textAt } from '../request-field.js';
import { sha256 } from '../schemes/body-hash.js';
import { claimsOf, jwt } from '../schemes/jwt.js';

const HEADER = 'messagebird-signature-jwt';

/**
 * MessageBird's (Bird's) webhooks: a token in `MessageBird-Signature-JWT` with hashes of URL and body, good for a minute or so. The
 * secret is the signing key. Behind a proxy say the URL: `url`. The id is the token's.
 */
export const messagebird = defineSender({
  kind: 'messagebird',
  title: 'MessageBird',
  docs: 'https://developers.messagebird.com/api/#verifying-http-requests',
  evidence: 'sdk',
  scheme: jwt({
    header: HEADER,
    algorithms: ['HS256', 'HS384', 'HS512'],
    isAbout: (claims, { body }, { url }) =>
      claims.iss === 'MessageBird' &&
      typeof claims.jti === 'string' &&
      claims.url_hash === sha256(url()) &&
      claims.payload_hash === hashOf(body),
    claimsFor: ({ url, body }, { now, id }) => ({
      iss: 'MessageBird',
      nbf: Math.floor(now / 1_000),
      exp: Math.floor(now / 1_000) + 60,
      jti: id,
      url_hash: sha256(url),
      payload_hash: hashOf(body),
    }),
    signsUrl: true,
  }),
  id: (request) => textAt(claimsOf(request.header(HEADER) ?? ''), 'jti'),
  type: { path: 'type' },
  methods: ['POST', 'GET'],
});

function hashOf(body: Uint8Array): string | undefined {
  return body.length === 0 ? undefined : sha256(body);
}
