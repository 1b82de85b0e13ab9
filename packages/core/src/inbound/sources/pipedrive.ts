import { defineSender } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { textAt } from '../request-field.js';
import { basicAuth } from '../schemes/shared-token.js';

/**
 * Pipedrive's webhooks, which sign nothing: they show a user and a password by HTTP Basic. The secret is `user:password`.
 *
 * The id is that of version 2; version 1 has the record's number in its place, and so none that tells its requests apart. The type
 * is record and action: `deal.change`.
 */
export const pipedrive = defineSender({
  kind: 'pipedrive',
  title: 'Pipedrive',
  docs: 'https://pipedrive.readme.io/docs/guide-for-webhooks-v2',
  evidence: 'catalogues',
  scheme: basicAuth(),
  id: idOf,
  type: {
    joined: [{ first: [{ path: 'meta.entity' }, { path: 'meta.object' }] }, { path: 'meta.action' }],
  },
  uncovered: 'the whole body: a password is shown, and nothing is signed',
});

function idOf({ content: { data } }: ReceivedRequest): string | null {
  return textAt(data, 'meta.version') === '2.0' ? textAt(data, 'meta.id') : null;
}
