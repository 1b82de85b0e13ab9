import { defineSender } from '../create-source.js';
import { severalHeaders } from '../schemes/several-headers.js';
import { signed } from '../schemes/signed.js';

/** An account has a hundred keys at most. */
const HEADERS = Array.from(
  { length: 100 },
  (_, index) => `X-DocuSign-Signature-${index + 1}`,
) as unknown as readonly [string, ...string[]];

/**
 * DocuSign Connect's messages: base64 over the body, in a numbered header for each key of the account, any of which may be right.
 * The secret is such a key. Neither a timestamp that is checked nor an id comes with a message: one that is sent again counts
 * again.
 */
export const docusign = defineSender({
  kind: 'docusign',
  title: 'DocuSign Connect',
  docs: 'https://developers.docusign.com/platform/webhooks/connect/validate/',
  evidence: 'catalogues',
  scheme: signed({ signature: severalHeaders(HEADERS), encoding: 'base64', secretHeaders: HEADERS }),
  type: { path: 'event' },
  accepted: { status: 200 },
});
