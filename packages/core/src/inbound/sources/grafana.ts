import { requireHeaderName } from '../check-source-options.js';
import { defineSenderBy } from '../create-source.js';
import { signed } from '../schemes/signed.js';

export interface GrafanaOptions {
  /** The contact point's signature header. Default `X-Grafana-Alerting-Signature`. */
  readonly header?: string;
  /** The contact point's timestamp header. Default: it has none, and only the body is signed. */
  readonly timestampHeader?: string;
}

/**
 * Grafana's alerts by a webhook contact point with an HMAC secret.
 *
 * With a timestamp header, which must be named here as it is there, `timestamp:body` is signed, five minutes either way;
 * without one an old request that is sent again counts again, as Grafana gives it no id. The type is the body's `status`:
 * `firing` or `resolved`.
 */
export const grafana = defineSenderBy<GrafanaOptions>(
  ({ header = 'X-Grafana-Alerting-Signature', timestampHeader }) => ({
    kind: 'grafana',
    title: 'Grafana',
    docs: 'https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/',
    evidence: 'catalogues',
    ownOptions: ['header', 'timestampHeader'],
    scheme: signed({
      signature: requireHeaderName('header', header),
      ...(timestampHeader !== undefined && {
        message: '{timestamp}:{body}',
        timestamp: { header: requireHeaderName('timestampHeader', timestampHeader) },
      }),
    }),
    type: { path: 'status' },
  }),
  {},
);
