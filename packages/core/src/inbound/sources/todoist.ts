import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Todoist's webhooks: base64 over the body, with no timestamp. The secret is the app's client secret. The type is the
 * body's `event_name`: `item:added` gives `item_added`. The id, which stays the same when Todoist tries again, is a header
 * that is not signed. Todoist takes nothing but 200 for an answer.
 */
export const todoist = defineSender({
  kind: 'todoist',
  title: 'Todoist',
  docs: 'https://developer.todoist.com/api/v1/#tag/Webhooks',
  evidence: 'catalogues',
  scheme: signed({ signature: 'X-Todoist-Hmac-SHA256', encoding: 'base64' }),
  id: { header: 'X-Todoist-Delivery-ID' },
  type: { path: 'event_name' },
  accepted: { status: 200 },
});
