import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

const ID = 'Kick-Event-Message-Id';

/**
 * Kick's webhooks: RSA with SHA-256 over id, timestamp and body. The secret is Kick's public key, which its API and its docs show. Kick
 * limits the age of a request nowhere: `toleranceS` does, and nothing by default. The type, a header, is not signed.
 *
 * Anybody with an app can have Kick sign a request: look in the body whose channel it is about.
 */
export const kick = defineSender({
  kind: 'kick',
  title: 'Kick',
  docs: 'https://docs.kick.com/events/webhook-security',
  evidence: 'catalogues',
  scheme: signed({
    signature: 'Kick-Event-Signature',
    algorithm: 'rsa-sha256',
    encoding: 'base64',
    id: ID,
    message: '{id}.{timestamp}.{body}',
    timestamp: {
      header: 'Kick-Event-Message-Timestamp',
      format: 'rfc3339',
      past: Number.POSITIVE_INFINITY,
      future: Number.POSITIVE_INFINITY,
    },
  }),
  id: { header: ID },
  type: { header: 'Kick-Event-Type' },
});
