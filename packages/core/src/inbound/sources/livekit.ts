import { defineSenderBy } from '../create-source.js';
import { sha256 } from '../schemes/body-hash.js';
import { jwt } from '../schemes/jwt.js';

export interface LivekitOptions {
  /** The API key whose secret it is: tokens of another are refused. Default: any. */
  readonly apiKey?: string;
}

/**
 * LiveKit's webhooks: a token (HS256) in `Authorization` with a hash of the body. The secret is an API secret of the project.
 */
export const livekit = defineSenderBy<LivekitOptions>(
  ({ apiKey }) => ({
    kind: 'livekit',
    title: 'LiveKit',
    docs: 'https://docs.livekit.io/home/server/webhooks/',
    evidence: 'sdk',
    ownOptions: ['apiKey'],
    scheme: jwt({
      header: 'Authorization',
      algorithms: ['HS256'],
      isAbout: (claims, { body }) =>
        claims.sha256 === sha256(body, 'base64') && (apiKey === undefined || claims.iss === apiKey),
      claimsFor: ({ body }, { now }) => ({
        iss: apiKey ?? 'hookline',
        nbf: Math.floor(now / 1_000),
        exp: Math.floor(now / 1_000) + 300,
        sha256: sha256(body, 'base64'),
      }),
    }),
    id: { path: 'id' },
    type: { path: 'event' },
  }),
  {},
);
