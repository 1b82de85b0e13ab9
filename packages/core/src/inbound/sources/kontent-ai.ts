import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Kontent.ai's webhooks: base64 over the body. The secret is the webhook's. Neither a timestamp nor an id comes with a request: one
 * that is sent again counts again. The type is made of its notifications' objects and actions: `content_item.published`.
 */
export const kontentAi = defineSender({
  kind: 'kontent_ai',
  title: 'Kontent.ai',
  docs: 'https://kontent.ai/learn/docs/webhooks/webhooks',
  evidence: 'sdk',
  scheme: signed({ signature: 'X-Kontent-ai-Signature', encoding: 'base64' }),
  type: { each: 'notifications', path: ['message.object_type', 'message.action'] },
});
