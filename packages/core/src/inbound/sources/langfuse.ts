import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Langfuse's webhooks: timestamp and body in `v1`, five minutes either way. The secret is `lf-whsec_...`, used whole. The
 * type is the body's `type` and `action`: `prompt_version.created`.
 */
export const langfuse = defineSender({
  kind: 'langfuse',
  title: 'Langfuse',
  docs: 'https://langfuse.com/docs/prompt-management/features/webhooks-slack-integrations',
  evidence: 'catalogues',
  scheme: signed({
    signature: 'x-langfuse-signature',
    list: { separator: ',', assign: '=' },
    label: 'v1',
    timestamp: { label: 't' },
  }),
  id: { path: 'id' },
  type: { joined: [{ path: 'type' }, { path: 'action' }] },
});
