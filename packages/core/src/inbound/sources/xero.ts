import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Xero's webhooks: base64 over the body. The secret is the webhook's signing key. Neither a timestamp nor an id comes with a
 * request: one that is sent again counts again.
 *
 * The type is category and type, `INVOICE` and `UPDATE` give `invoice.update`, where all its events have the same. Xero tries a
 * URL with right and wrong signatures, and wants 200 and 401 without a body: so are they answered.
 */
export const xero = defineSender({
  kind: 'xero',
  title: 'Xero',
  docs: 'https://developer.xero.com/documentation/guides/webhooks/overview/',
  evidence: 'catalogues',
  scheme: signed({ signature: 'x-xero-signature', encoding: 'base64' }),
  type: { each: 'events', path: ['eventCategory', 'eventType'] },
  accepted: { status: 200 },
  refusesSilently: true,
});
