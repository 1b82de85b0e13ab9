import { requireChoice } from '../check-source-options.js';
import { defineSenderBy } from '../create-source.js';
import { signed } from '../schemes/signed.js';

export interface CloudinaryOptions {
  /** As the product environment is set up. Default `sha1`, as it is Cloudinary's. */
  readonly algorithm?: 'sha1' | 'sha256';
}

/**
 * Cloudinary's notifications: a plain hash in hex over body, timestamp and secret, which is the API secret. A request is too old
 * after two hours, as in Cloudinary's own library. No id comes with one: what is sent again counts again.
 */
export const cloudinary = defineSenderBy<CloudinaryOptions>(
  ({ algorithm = 'sha1' }) => ({
    kind: 'cloudinary',
    title: 'Cloudinary',
    docs: 'https://cloudinary.com/documentation/notification_signatures',
    evidence: 'sdk',
    ownOptions: ['algorithm'],
    scheme: signed({
      signature: 'X-Cld-Signature',
      algorithm: requireChoice('algorithm', ['sha1', 'sha256'], algorithm),
      message: '{body}{timestamp}{secret}',
      timestamp: { header: 'X-Cld-Timestamp', past: 7_200, future: Number.POSITIVE_INFINITY },
    }),
    type: { path: 'notification_type' },
  }),
  {},
);
