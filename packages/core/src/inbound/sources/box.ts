import { defineSender } from '../create-source.js';
import type { MessageParts } from '../schemes/message.js';
import { severalHeaders } from '../schemes/several-headers.js';
import { signed } from '../schemes/signed.js';

const HEADERS = ['Box-Signature-Primary', 'Box-Signature-Secondary'] as const;

/**
 * Box's webhooks of version 2: base64 over body and timestamp, with a primary and a secondary key, either of which may be right.
 * The secret is such a key; give both. A request is too old after ten minutes, as in Box's own library. The id, a header, is not
 * signed.
 */
export const box = defineSender({
  kind: 'box',
  title: 'Box',
  docs: 'https://developer.box.com/guides/webhooks/v2/signatures-v2/',
  evidence: 'sdk',
  scheme: signed({
    signature: severalHeaders(HEADERS),
    encoding: 'base64',
    message: toMessages,
    timestamp: {
      header: 'Box-Delivery-Timestamp',
      format: 'rfc3339',
      past: 600,
      future: Number.POSITIVE_INFINITY,
    },
    secretHeaders: HEADERS,
  }),
  id: { header: 'Box-Delivery-Id' },
  type: { path: 'trigger' },
});

/** Signatures of another version or algorithm are none that are known here. */
function toMessages({ request, body, timestamp }: MessageParts) {
  const isKnown =
    (request.header('box-signature-version') ?? '1') === '1' &&
    (request.header('box-signature-algorithm') ?? 'HmacSHA256') === 'HmacSHA256';
  return isKnown ? [[body, timestamp]] : [];
}
