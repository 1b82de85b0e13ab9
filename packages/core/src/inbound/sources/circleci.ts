import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * CircleCI's outbound webhooks. The header lists a signature for every version of the scheme; `v1`, the only one that is
 * known, counts, and the others are left alone.
 *
 * No timestamp is signed. Id and type are the body's.
 */
export const circleci = defineSender({
  kind: 'circleci',
  title: 'CircleCI',
  docs: 'https://circleci.com/docs/guides/integration/outbound-webhooks/',
  evidence: 'docs',
  scheme: signed({
    signature: 'circleci-signature',
    list: { separator: ',', assign: '=' },
    label: 'v1',
  }),
  id: { path: 'id' },
  type: { first: [{ path: 'type' }, { header: 'circleci-event-type' }] },
});
