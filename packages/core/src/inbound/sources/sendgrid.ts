import { defineSender } from '../create-source.js';
import { signed } from '../schemes/signed.js';

/**
 * SendGrid's event webhook: ECDSA over timestamp and body, whose line breaks are part of it. The secret is the verification key of
 * the webhook's settings, which is public. SendGrid limits the age of a request nowhere: `toleranceS` does, and nothing by default.
 *
 * A request brings many events: its id is made of theirs, its type, too.
 */
export const sendgrid = defineSender({
  kind: 'sendgrid',
  title: 'SendGrid',
  docs: 'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features',
  evidence: 'sdk',
  scheme: signed({
    signature: 'X-Twilio-Email-Event-Webhook-Signature',
    algorithm: 'ecdsa-sha256',
    encoding: 'base64',
    message: '{timestamp}{body}',
    timestamp: {
      header: 'X-Twilio-Email-Event-Webhook-Timestamp',
      past: Number.POSITIVE_INFINITY,
      future: Number.POSITIVE_INFINITY,
    },
  }),
  id: { each: '', path: 'sg_event_id' },
  type: { each: '', path: 'event' },
});
