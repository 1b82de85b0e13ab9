import { defineSender } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { formFields } from '../request-content.js';
import type { MessageParts } from '../schemes/message.js';
import type { SyncScheme } from '../schemes/scheme.js';
import { signed } from '../schemes/signed.js';
import { isForm, sortedForm } from '../schemes/sorted-form.js';
import type { VerificationKey } from '../schemes/verification-key.js';

const FORM = 'application/x-www-form-urlencoded';

const plain = signed({
  signature: 'X-Mandrill-Signature',
  algorithm: 'hmac-sha1',
  encoding: 'base64',
  message: toMessages,
  signsUrl: true,
  coversBody: false,
});

/** Events come as JSON in a form. */
const scheme: SyncScheme<VerificationKey> = {
  ...plain,
  sign(draft, secret, context) {
    if (isForm(draft.headers['content-type'] ?? null)) return plain.sign(draft, secret, context);
    const body = Buffer.from(new URLSearchParams({ mandrill_events: draft.body.toString() }).toString());
    const form = { ...draft, body, headers: { ...draft.headers, 'content-type': FORM } };
    return { ...form, ...plain.sign(form, secret, context) };
  },
};

/**
 * Mandrill's (Mailchimp Transactional's) webhooks: base64 by HMAC-SHA1 over the URL and the form's fields. The secret is the
 * webhook's key. Behind a proxy say the URL: `url`. No timestamp is signed.
 *
 * A request brings many events: its id is made of message, event and time of each, its type of their events. Mandrill tries the URL
 * with `HEAD`, and with no events, signed with a key that everybody knows: both are answered, and become no event.
 */
export const mandrill = defineSender({
  kind: 'mandrill',
  title: 'Mandrill',
  docs: 'https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/',
  evidence: 'catalogues',
  scheme,
  id: { each: '', path: ['_id', 'event', 'ts'] },
  type: { each: '', path: 'event' },
  accepted: { status: 200 },
  uncovered: 'how the form is written: its fields and their values are',
  handshake: (request) => (isTrial(request) ? { status: 200 } : null),
});

function isTrial({ method, body }: ReceivedRequest): boolean {
  if (method === 'HEAD') return true;
  return body.length < 100 && /^mandrill_events=(\[\]|%5B%5D)$/i.test(body.toString('latin1'));
}

function toMessages({ request, body, url }: MessageParts) {
  const isEmpty = Object.keys(formFields(body)).length === 0;
  return isEmpty || !isForm(request.header('content-type')) ? [] : [[url() + sortedForm(body)]];
}
