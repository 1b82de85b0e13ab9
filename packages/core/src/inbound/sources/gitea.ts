import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Webhooks of Gitea, Forgejo and Gogs: bare hex in a header named after any of them. `X-Hub-Signature-256`, which they
 * send for those who know GitHub, says the same and is not looked at.
 *
 * The type is the header's event with the body's `action` where it has one: `push`, `issues.opened`. Neither the event nor
 * the id, the header with the delivery, is signed.
 */
export const gitea = defineSender({
  kind: 'gitea',
  title: 'Gitea, Forgejo',
  docs: 'https://docs.gitea.com/usage/webhooks',
  evidence: 'catalogues',
  scheme: signed({
    signature: ['X-Gitea-Signature', 'X-Forgejo-Signature', 'X-Gogs-Signature'],
    secretHeaders: ['X-Hub-Signature', 'X-Hub-Signature-256'],
  }),
  id: { first: ['Gitea', 'Forgejo', 'Gogs'].map((name) => ({ header: `X-${name}-Delivery` })) },
  type: {
    joined: [
      { first: ['Gitea', 'Forgejo', 'Gogs'].map((name) => ({ header: `X-${name}-Event` })) },
      { path: 'action' },
    ],
  },
});
