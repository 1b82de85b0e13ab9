import { defineSender } from '../create-source.js';
import { formFields } from '../request-content.js';
import type { ComposeMessage } from '../schemes/message.js';
import { type SignaturePlace, signed } from '../schemes/signed.js';

const FIELD = 'p_signature';

/** The other fields as PHP serialises an array of texts, by their names. */
const phpSerialized: ComposeMessage = ({ body }) => {
  const { [FIELD]: _, ...fields } = formFields(body);
  const entries = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = (value: string) => `s:${Buffer.byteLength(value)}:"${value}";`;
  const isPlain = entries.every(([, value]) => typeof value === 'string');
  const pairs = entries.map(([name, value]) => text(name) + text(String(value)));
  return isPlain ? [[`a:${entries.length}:{${pairs.join('')}}`]] : [];
};

const IN_FORM: SignaturePlace = {
  name: `(form) ${FIELD}`,
  find({ body }) {
    const { [FIELD]: signature } = formFields(body);
    return typeof signature === 'string' && signature !== '' ? [signature] : [];
  },
  put({ body, headers }, signature) {
    const form = new URLSearchParams(body.toString());
    form.set(FIELD, signature);
    return {
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(form.toString()),
    };
  },
};

/**
 * Paddle Classic's webhooks: a form, all fields of which are signed with RSA and SHA-1. The secret is the vendor's public key.
 * No timestamp is checked; the id is `alert_id`, the type `alert_name`.
 */
export const paddleClassic = defineSender({
  kind: 'paddle_classic',
  title: 'Paddle Classic',
  docs: 'https://developer.paddle.com/classic/webhook-reference/verifying-webhooks',
  evidence: 'docs',
  scheme: signed({
    signature: IN_FORM,
    algorithm: 'rsa-sha1',
    encoding: 'base64',
    message: phpSerialized,
    coversBody: false,
  }),
  id: { path: 'alert_id' },
  type: { path: 'alert_name' },
  accepted: { status: 200 },
  uncovered: 'how the form is written: its fields and their values are',
});
