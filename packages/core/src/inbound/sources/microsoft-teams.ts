import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * Outgoing webhooks of Microsoft Teams: base64 over the body. The secret is the security token, in base64. No timestamp is signed;
 * the id is the message's.
 *
 * Teams shows the answer in the conversation, and wants it within five seconds: give it by `respond`.
 */
export const microsoftTeams = defineSender({
  kind: 'microsoft_teams',
  title: 'Microsoft Teams',
  docs: 'https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook',
  evidence: 'catalogues',
  scheme: signed({
    signature: 'Authorization',
    prefix: 'HMAC ',
    encoding: 'base64',
    secret: 'base64',
  }),
  id: { path: 'id' },
  type: { path: 'type' },
});
