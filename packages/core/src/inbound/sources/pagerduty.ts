import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * PagerDuty's webhooks, version 3: any of the `v1` signatures may be right, as one comes for every secret while it is
 * replaced; those of other versions are left alone.
 *
 * No timestamp is signed: what keeps an old request from counting twice is the id of its event, which is in the body.
 */
export const pagerduty = defineSender({
  kind: 'pagerduty',
  title: 'PagerDuty',
  docs: 'https://developer.pagerduty.com/docs/verifying-webhook-signatures',
  evidence: 'sdk',
  scheme: signed({
    signature: 'X-PagerDuty-Signature',
    list: { separator: ',', assign: '=' },
    label: 'v1',
  }),
  id: { first: [{ path: 'event.id' }, { header: 'X-Webhook-Id' }] },
  type: { path: 'event.event_type' },
});
