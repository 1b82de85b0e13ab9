import { defineSender } from '../create-source.js';
import { hook0Scheme } from '../schemes/hook0.js';

/**
 * Anybody who sends by Hook0: hex over timestamp and body, or over chosen headers, too; where a request has the stronger
 * signature, that one counts. Five minutes either way. The secret is the subscription's.
 */
export const hook0 = defineSender({
  kind: 'hook0',
  title: 'Hook0',
  docs: 'https://documentation.hook0.com/how-to-guides/secure-webhook-endpoints',
  evidence: 'sdk',
  scheme: hook0Scheme,
  id: { first: [{ header: 'x-event-id' }, { header: 'x-delivery-id' }] },
  type: { header: 'x-event-type' },
});
