import { defineSender } from '../create-source.js';
import { sharedToken } from '../schemes/shared-token.js';

/**
 * Hugging Face's webhooks, which sign nothing: they show the secret in `X-Webhook-Secret`. The type is what happened to
 * what, `discussion.create`. No id comes with a request: one that is sent again counts again.
 */
export const huggingFace = defineSender({
  kind: 'hugging_face',
  title: 'Hugging Face',
  docs: 'https://huggingface.co/docs/hub/webhooks',
  evidence: 'catalogues',
  scheme: sharedToken({ header: 'X-Webhook-Secret' }),
  type: { joined: [{ path: 'event.scope' }, { path: 'event.action' }] },
  uncovered: 'the whole body: its secret is shown, and nothing is signed',
});
