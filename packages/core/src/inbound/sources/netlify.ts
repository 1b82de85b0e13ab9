import { createHash } from 'node:crypto';
import { defineSender } from '../create-source.js';
import { jwt } from '../schemes/jwt.js';

/**
 * Netlify's deploy notifications with a JWS secret: a token (HS256) that holds the SHA-256 of the body.
 *
 * Netlify puts no time into the token and no id into the request (the body's `id` is the deploy's, the same for each of its
 * events): an old request that is sent again counts again. The type is the header `X-Netlify-Event`, which is not signed.
 */
export const netlify = defineSender({
  kind: 'netlify',
  title: 'Netlify',
  docs: 'https://docs.netlify.com/deploy/deploy-notifications/',
  evidence: 'catalogues',
  scheme: jwt({
    header: 'X-Webhook-Signature',
    algorithms: ['HS256'],
    isAbout: (claims, { body }) => claims.iss === 'netlify' && claims.sha256 === sha256(body),
    claimsFor: ({ body }) => ({ iss: 'netlify', sha256: sha256(body) }),
  }),
  type: { header: 'X-Netlify-Event' },
});

function sha256(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
