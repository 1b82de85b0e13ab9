import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * GitHub's webhooks: repository, organisation and app, as JSON or as a form.
 *
 * The type is the `X-GitHub-Event`, with the body's `action` where it has one: `push`, `issues.opened`. GitHub signs
 * the body alone, with no timestamp and no header, so what keeps an old request from counting twice is its
 * `X-GitHub-Delivery`; one that comes without it is taken for new. The old `X-Hub-Signature` (SHA-1) is never looked at.
 */
export const github = defineSender({
  kind: 'github',
  title: 'GitHub',
  docs: 'https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries',
  evidence: 'sdk',
  scheme: signed({
    signature: 'X-Hub-Signature-256',
    prefix: 'sha256=',
    secretHeaders: ['X-Hub-Signature'],
  }),
  id: { header: 'X-GitHub-Delivery' },
  type: { joined: [{ header: 'X-GitHub-Event' }, { path: 'action' }] },
});
