import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * LaunchDarkly's webhooks, signed: bare hex over the body, with no timestamp. The id is that of the entry in the audit log,
 * the type the `kind` of what was changed: `flag`, `environment`.
 */
export const launchdarkly = defineSender({
  kind: 'launchdarkly',
  title: 'LaunchDarkly',
  docs: 'https://launchdarkly.com/docs/integrations/webhooks',
  evidence: 'catalogues',
  scheme: signed({ signature: 'X-LD-Signature' }),
  id: { path: '_id' },
  type: { path: 'kind' },
});
