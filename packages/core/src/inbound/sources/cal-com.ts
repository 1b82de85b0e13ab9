import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Cal.com's webhooks: hex over the body. The secret is the webhook's. Neither a timestamp that is checked nor an id comes with a
 * request: one that is sent again counts again.
 */
export const calCom = defineSender({
  kind: 'cal_com',
  title: 'Cal.com',
  docs: 'https://cal.com/docs/developing/guides/automation/webhooks',
  evidence: 'catalogues',
  scheme: signed({ signature: 'X-Cal-Signature-256' }),
  type: { path: 'triggerEvent' },
});
