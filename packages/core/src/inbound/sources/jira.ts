import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Jira's webhooks as an administrator registers them, with a secret: `X-Hub-Signature` with SHA-256 over the body. Those of
 * Connect and OAuth apps come with a token instead and are refused here.
 *
 * The type is the body's `webhookEvent`: `jira:issue_created` gives `jira_issue_created`. The id, which stays the same when
 * Jira tries again, is a header that is not signed.
 */
export const jira = defineSender({
  kind: 'jira',
  title: 'Jira',
  docs: 'https://developer.atlassian.com/cloud/jira/platform/webhooks/',
  evidence: 'docs',
  scheme: signed({ signature: 'X-Hub-Signature', prefix: 'sha256=' }),
  id: { header: 'X-Atlassian-Webhook-Identifier' },
  type: { path: 'webhookEvent' },
});
