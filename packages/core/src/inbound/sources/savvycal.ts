import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/** SavvyCal's webhooks; each has its own secret. No timestamp is signed; id and type are the body's. */
export const savvycal = defineSender({
  kind: 'savvycal',
  title: 'SavvyCal',
  docs: 'https://developers.savvycal.com/',
  evidence: 'catalogues',
  scheme: signed({ signature: 'x-savvycal-signature', prefix: 'sha256=' }),
  id: { path: 'id' },
  type: { path: 'type' },
});
