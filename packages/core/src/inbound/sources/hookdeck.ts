import { defineSender } from '../create-source.js';
import { severalHeaders } from '../schemes/several-headers.js';
import { signed } from '../schemes/signed.js';

const HEADERS = ['X-Hookdeck-Signature', 'X-Hookdeck-Signature-2'] as const;

/**
 * What Hookdeck passes on: base64 over the body. While the secret is replaced, the old one's signature comes in a second
 * header; either may be right. Whether Hookdeck verified the first sender is told in `X-Hookdeck-Verified`, which is not
 * signed and not looked at.
 *
 * No timestamp is signed; the id, `X-Hookdeck-EventId`, is a header that is not signed. The body is the first sender's, and
 * so is its type, which is not known here.
 */
export const hookdeck = defineSender({
  kind: 'hookdeck',
  title: 'Hookdeck',
  docs: 'https://hookdeck.com/docs/authentication',
  evidence: 'sdk',
  scheme: signed({ signature: severalHeaders(HEADERS), encoding: 'base64', secretHeaders: HEADERS }),
  id: { header: 'X-Hookdeck-EventId' },
});
