import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Webhooks of Sentry's integration platform. The secret is the integration's client secret.
 *
 * The type is the header `Sentry-Hook-Resource` with the body's `action`: `issue.created`. Sentry signs the body alone:
 * neither that header nor the id, `Request-ID`, nor `Sentry-Hook-Timestamp`, which is not looked at.
 */
export const sentry = defineSender({
  kind: 'sentry',
  title: 'Sentry',
  docs: 'https://docs.sentry.io/organization/integrations/integration-platform/webhooks/',
  evidence: 'catalogues',
  scheme: signed({ signature: 'Sentry-Hook-Signature' }),
  id: { header: 'Request-ID' },
  type: { joined: [{ header: 'Sentry-Hook-Resource' }, { path: 'action' }] },
});
