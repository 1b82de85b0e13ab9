import { defineSender } from '../create-source.js';
import { hook0Scheme } from '../schemes/hook0.js';

/**
 * Coinbase Developer Platform's webhooks, which come by Hook0: hex over timestamp and body, or over chosen headers, too; where
 * a request has the stronger signature, that one counts. Five minutes either way. The secret is the subscription's.
 */
export const coinbaseCdp = defineSender({
  kind: 'coinbase_cdp',
  title: 'Coinbase Developer Platform',
  docs: 'https://docs.cdp.coinbase.com/webhooks/verify-signatures',
  evidence: 'sdk',
  scheme: hook0Scheme,
  id: { first: [{ header: 'x-event-id' }, { header: 'x-delivery-id' }] },
  type: { first: [{ path: 'eventType' }, { header: 'x-event-type' }] },
});
