import { requireHeaderName } from '../check-source-options.js';
import { defineSenderBy } from '../create-source.js';
import { sharedToken } from '../schemes/shared-token.js';

export interface DatadogOptions {
  /** The custom header that the webhook was given. Default `Authorization`. */
  readonly header?: string;
}

/**
 * Datadog's webhooks integration, which signs nothing: it shows the custom headers that it was given. The secret is the
 * whole value of one of them.
 *
 * Id and type are those of the payload that Datadog suggests, `id` and `event_type`.
 */
export const datadog = defineSenderBy<DatadogOptions>(
  ({ header = 'Authorization' }) => ({
    kind: 'datadog',
    title: 'Datadog',
    docs: 'https://docs.datadoghq.com/integrations/webhooks/',
    evidence: 'catalogues',
    ownOptions: ['header'],
    scheme: sharedToken({ header: requireHeaderName('header', header) }),
    id: { path: 'id' },
    type: { path: 'event_type' },
    uncovered: 'the whole body: its secret is shown, and nothing is signed',
  }),
  {},
);
