import { requireChoice } from '../check-source-options.js';
import { defineSenderBy } from '../create-source.js';
import type { MessageParts } from '../schemes/message.js';
import type { Scheme } from '../schemes/scheme.js';
import { signed } from '../schemes/signed.js';

export interface HubspotOptions {
  /**
   * How HubSpot signs: `v3` for all that it sends today, `v2` and `v1` for what was set up before. The request does not choose:
   * the older two are plain hashes, without a timestamp. Default `v3`.
   */
  readonly version?: HubspotVersion;
}

type HubspotVersion = 'v1' | 'v2' | 'v3';

const OLDER = { signature: 'X-HubSpot-Signature', algorithm: 'sha256' } as const;

const SCHEMES: Readonly<Record<HubspotVersion, Scheme>> = {
  v1: signed({ ...OLDER, message: '{secret}{body}' }),
  v2: signed({ ...OLDER, message: '{secret}{method}{url}{body}' }),
  v3: signed({
    signature: 'X-HubSpot-Signature-v3',
    encoding: 'base64',
    message: toMessages,
    signsUrl: true,
    timestamp: {
      header: 'X-HubSpot-Request-Timestamp',
      format: 'ms',
      past: 300,
      future: Number.POSITIVE_INFINITY,
    },
  }),
};

/**
 * HubSpot's webhooks: base64 over method, URL, body and timestamp. The secret is the app's client secret. Behind a proxy say the
 * URL: `url`.
 *
 * A request brings many events, and HubSpot's event ids are not unique: the id is made of theirs with subscription and time. The
 * type is theirs: `contact.creation`.
 */
export const hubspot = defineSenderBy<HubspotOptions>(
  ({ version = 'v3' }) => ({
    kind: 'hubspot',
    title: 'HubSpot',
    docs: 'https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests',
    evidence: 'sdk',
    ownOptions: ['version'],
    scheme: SCHEMES[requireChoice('version', ['v1', 'v2', 'v3'], version)],
    id: { each: '', path: ['eventId', 'subscriptionId', 'occurredAt'] },
    type: { each: '', path: 'subscriptionType' },
  }),
  {},
);

const DECODED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

/** HubSpot decodes some of the URL before it signs, and not in all of its products. */
function toMessages({ request: { method }, body, timestamp, url }: MessageParts) {
  const told = url();
  const decoded = told.replace(DECODED, decodeURIComponent);
  const urls = decoded === told ? [told] : [decoded, told];
  return urls.map((text) => [method + text, body, timestamp]);
}
