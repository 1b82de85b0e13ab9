import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';
import { standardKeys } from '../schemes/standard-webhooks.js';

/** Finch's webhooks: as Standard Webhooks, under names of its own. The secret is the webhook's, base64. */
export const finch = defineSender({
  kind: 'finch',
  title: 'Finch',
  docs: 'https://developer.tryfinch.com/developer-resources/Webhooks',
  evidence: 'sdk',
  scheme: signed({
    signature: 'Finch-Signature',
    list: { separator: ' ', assign: ',' },
    keys: standardKeys,
    message: '{id}.{timestamp}.{body}',
    id: 'Finch-Event-Id',
    timestamp: { header: 'Finch-Timestamp' },
  }),
  id: { header: 'Finch-Event-Id' },
  type: { path: 'event_type' },
});
