import { defineSender } from '../create-source.js';
import { sharedToken } from '../schemes/shared-token.js';

/**
 * Auth0's log streams to a custom webhook, which sign nothing: they show the value that the stream was given for
 * `Authorization`, and this is the secret.
 *
 * A request holds several log entries, each with its own `log_id` and type: the request has neither, and one that is sent
 * again counts again.
 */
export const auth0 = defineSender({
  kind: 'auth0',
  title: 'Auth0',
  docs: 'https://auth0.com/docs/customize/log-streams/custom-log-streams',
  evidence: 'catalogues',
  scheme: sharedToken({ header: 'Authorization' }),
  uncovered: 'the whole body: its secret is shown, and nothing is signed',
});
