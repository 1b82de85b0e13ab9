import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * PlanetScale's webhooks: bare hex over the body. No timestamp is signed, and no id comes with a request: one that is sent
 * again counts again.
 */
export const planetscale = defineSender({
  kind: 'planetscale',
  title: 'PlanetScale',
  docs: 'https://planetscale.com/docs/api/webhooks',
  evidence: 'catalogues',
  scheme: signed({ signature: 'X-PlanetScale-Signature' }),
  type: { path: 'event' },
});
