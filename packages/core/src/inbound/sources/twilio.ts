import { createHash } from 'node:crypto';
import { defineSender } from '../create-source.js';
import { NO_INSTRUCTIONS } from '../no-instructions.js';
import type { SyncScheme } from '../schemes/scheme.js';
import { signed } from '../schemes/signed.js';
import { isForm } from '../schemes/sorted-form.js';
import { twilioMessages } from '../schemes/twilio-message.js';
import type { VerificationKey } from '../schemes/verification-key.js';

const plain = signed({
  signature: 'X-Twilio-Signature',
  algorithm: 'hmac-sha1',
  encoding: 'base64',
  message: twilioMessages,
  signsUrl: true,
  coversBody: false,
});

/** Of a body that is no form the URL holds a hash. */
const scheme: SyncScheme<VerificationKey> = {
  ...plain,
  sign(draft, secret, context) {
    const hasForm = draft.body.length === 0 || isForm(draft.headers['content-type'] ?? null);
    const hash = createHash('sha256').update(draft.body).digest('hex');
    const url = hasForm ? draft.url : `${draft.url}${draft.url.includes('?') ? '&' : '?'}bodySHA256=${hash}`;
    return { ...plain.sign({ ...draft, url }, secret, context), url };
  },
};

/**
 * Twilio's webhooks: base64 by HMAC-SHA1 over the URL and the form's fields; of JSON the URL holds a SHA-256. The secret is the
 * account's auth token. Behind a proxy say the URL: `url`.
 *
 * No timestamp is signed; the id is a header that is not signed. The type is `EventType`, or else the status of message or call.
 * Twilio wants XML for an answer: it holds no instructions, unless `respond` gives TwiML.
 */
export const twilio = defineSender({
  kind: 'twilio',
  title: 'Twilio',
  docs: 'https://www.twilio.com/docs/usage/security',
  evidence: 'sdk',
  scheme,
  id: { header: 'I-Twilio-Idempotency-Token' },
  type: {
    first: ['EventType', 'MessageStatus', 'SmsStatus', 'CallStatus', 'type'].map((path) => ({ path })),
  },
  methods: ['POST', 'GET'],
  accepted: NO_INSTRUCTIONS,
  uncovered: 'how a form is written: its fields and their values are',
});
