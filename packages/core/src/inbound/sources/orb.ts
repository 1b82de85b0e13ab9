import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Orb's webhooks: hex over timestamp and body, several while a secret is replaced. The timestamp is UTC and says so nowhere; five
 * minutes either way.
 */
export const orb = defineSender({
  kind: 'orb',
  title: 'Orb',
  docs: 'https://docs.withorb.com/integrations-and-exports/webhooks',
  evidence: 'sdk',
  scheme: signed({
    signature: 'X-Orb-Signature',
    list: { separator: ' ', assign: '=' },
    label: 'v1',
    message: 'v1:{timestamp}:{body}',
    timestamp: { header: 'X-Orb-Timestamp', format: 'iso-utc' },
  }),
  id: { path: 'id' },
  type: { path: 'type' },
});
