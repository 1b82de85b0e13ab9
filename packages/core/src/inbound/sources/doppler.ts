import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Doppler's webhooks of a project, with a secret. Doppler signs the body alone, with no timestamp, and gives a request no
 * id: one that is sent again counts again.
 */
export const doppler = defineSender({
  kind: 'doppler',
  title: 'Doppler',
  docs: 'https://docs.doppler.com/docs/webhooks',
  evidence: 'catalogues',
  scheme: signed({ signature: 'X-Doppler-Signature', prefix: 'sha256=' }),
  type: { path: 'type' },
});
