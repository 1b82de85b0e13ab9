import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * ClickUp's webhooks: bare hex over the body, with no timestamp. The secret is the webhook's, from the answer that made it.
 * A request is known again by its history items; one without any (`taskDeleted`) counts again.
 */
export const clickup = defineSender({
  kind: 'clickup',
  title: 'ClickUp',
  docs: 'https://developer.clickup.com/docs/webhooksignature',
  evidence: 'docs',
  scheme: signed({ signature: 'X-Signature' }),
  id: { each: 'history_items', path: 'id' },
  type: { path: 'event' },
});
