import { defineSender } from '../create-source.js';
import { chosenBySecret } from '../schemes/chosen-by-secret.js';
import { sharedToken } from '../schemes/shared-token.js';
import { standardScheme } from '../schemes/standard-webhooks.js';

const signingToken = standardScheme(['webhook']);
const secretToken = sharedToken({ header: 'X-Gitlab-Token' });

/**
 * GitLab's webhooks of projects, groups and instances.
 *
 * A secret `whsec_...` is a signing token, which signs id, timestamp and body by Standard Webhooks. Any other is the
 * older secret token, which GitLab shows in `X-Gitlab-Token`: it protects nothing of what came with it. While one takes
 * the place of the other, give both. The type is the body's `object_kind` with its action: `push`, `merge_request.open`;
 * of system hooks their `event_name`.
 */
export const gitlab = defineSender({
  kind: 'gitlab',
  title: 'GitLab',
  docs: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
  evidence: 'docs',
  scheme: chosenBySecret([signingToken, secretToken], (secret) =>
    secret.startsWith('whsec_') ? signingToken : secretToken,
  ),
  id: {
    first: [{ header: 'webhook-id' }, { header: 'Idempotency-Key' }, { header: 'X-Gitlab-Event-UUID' }],
  },
  type: {
    first: [
      { joined: [{ path: 'object_kind' }, { path: 'object_attributes.action' }] },
      { path: 'event_name' },
      { header: 'X-Gitlab-Event' },
    ],
  },
  uncovered: 'with a secret token the whole body: it is shown, and nothing is signed',
});
