import { createHash, createHmac } from 'node:crypto';
import { HooklineError } from '../../errors.js';
import { defineSenderBy } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { formFields } from '../request-content.js';
import { type SignaturePlace, signed } from '../schemes/signed.js';

export interface BraintreeOptions {
  /** The public key of the pair whose private key is the secret. */
  readonly publicKey: string;
}

const PAYLOAD = /^[A-Za-z0-9+=/\n]+$/;
/** Signed here for anybody: as a payload it is refused, or whoever asks for a signature could send an event with it. */
const CHALLENGE = /^[a-f0-9]{20,32}$/;

const PAIRS: SignaturePlace = {
  name: '(form) bt_signature',
  find({ body }) {
    const { bt_signature: pairs } = formFields(body);
    return typeof pairs === 'string' && pairs !== '' ? [pairs] : [];
  },
  put({ body, headers }, pair) {
    const form = new URLSearchParams(body.toString());
    form.set('bt_signature', pair);
    return {
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(form.toString()),
    };
  },
};

/**
 * Braintree's webhooks: a form with a payload in base64, over which SHA-1 is signed with the private key of an API key pair. No
 * timestamp is signed but the one inside the XML of the payload, and no id comes with a request: one that is sent again counts
 * again. `data` is the form; Braintree's own library reads the payload. The type is the `kind` in the payload.
 *
 * Braintree tries the URL with a challenge, which is answered.
 */
export const braintree = defineSenderBy<BraintreeOptions>(
  ({ publicKey }) => ({
    kind: 'braintree',
    title: 'Braintree',
    docs: 'https://developer.paypal.com/braintree/docs/guides/webhooks/parse',
    evidence: 'sdk',
    ownOptions: ['publicKey'],
    scheme: signed({
      signature: PAIRS,
      list: { separator: '&', assign: '|' },
      label: publicKey,
      algorithm: 'hmac-sha1',
      secret: sha1,
      message: ({ body }) => {
        const { bt_payload: payload } = formFields(body);
        if (typeof payload !== 'string' || !PAYLOAD.test(payload) || CHALLENGE.test(payload.trim()))
          return [];
        return [[payload], [`${payload}\n`]];
      },
      coversBody: false,
    }),
    type: kindOf,
    handshake(request, { secrets: [secret = ''] }) {
      const challenge = request.query('bt_challenge');
      if (request.method !== 'GET' || challenge === null) return null;
      if (!CHALLENGE.test(challenge))
        throw new HooklineError('REQUEST_INCOMPLETE', { what: 'a bt_challenge of 20 to 32 hex digits' });
      const mac = createHmac('sha1', sha1(secret)).update(challenge).digest('hex');
      return { status: 200, body: `${publicKey}|${mac}` };
    },
    needsOnlySecret: false,
    uncovered: 'what stands in the form besides `bt_payload`',
  }),
  { publicKey: '' },
);

function sha1(text: string): Buffer {
  return createHash('sha1').update(text).digest();
}

function kindOf({ body }: ReceivedRequest): string | null {
  const { bt_payload: payload } = formFields(body);
  const xml = typeof payload === 'string' ? Buffer.from(payload, 'base64').toString('utf8') : '';
  return /<kind>([\w.-]{1,100})<\/kind>/.exec(xml)?.[1] ?? null;
}
