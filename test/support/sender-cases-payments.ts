import { generateKeyPairSync } from 'node:crypto';
import {
  adyen,
  adyenPlatform,
  braintree,
  chargebee,
  mollie,
  paddleClassic,
  paypal,
  plaid,
  recurly,
} from '@hookline/core/sources';
import { aCertificate } from './certificates.js';
import type { SenderCases } from './sender-case.js';

const HEX_KEY = 'DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00';
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const pem = (key: typeof rsa.publicKey | typeof rsa.privateKey, type: 'spki' | 'pkcs8') =>
  key.export({ format: 'pem', type: type as 'spki' }).toString();
const certificate = aCertificate('messageverificationcerts.paypal.com', rsa);
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const payload = Buffer.from('<notification><kind>check</kind></notification>').toString('base64');

const rangeOf = (body: Buffer, text: string) => {
  const from = body.indexOf(text);
  return { from, to: from + text.length };
};

export const senderCases: SenderCases = {
  adyen: {
    source: () => adyen({ secret: HEX_KEY }),
    unsigned: {
      data: {
        notificationItems: [
          { NotificationRequestItem: { pspReference: 'psp1', eventCode: 'REFUND', success: 'true' } },
        ],
      },
    },
    coveredBody: (body) => ['psp1', 'REFUND'].map((text) => rangeOf(body, text)),
  },
  adyen_platform: { source: () => adyenPlatform({ secret: HEX_KEY }) },
  braintree: {
    source: () => braintree({ publicKey: 'public_key', secret: 'private key' }),
    unsigned: { body: `bt_payload=${encodeURIComponent(payload)}`, headers: form },
    coveredBody: (body) => [rangeOf(body, payload.slice(0, 40))],
  },
  chargebee: { source: () => chargebee({ secret: 'hookline:right' }) },
  recurly: { source: () => recurly({ secret: 'secret' }), takesAny: true },
  mollie: { source: () => mollie({ secret: 'secret' }), takesAny: true },
  paddle_classic: {
    source: () => paddleClassic({ secret: pem(rsa.publicKey, 'spki') }),
    unsigned: {
      body: 'alert_id=17&alert_name=payment_succeeded&email=a%40example.com',
      headers: form,
      secret: pem(rsa.privateKey, 'pkcs8'),
    },
    coveredBody: (body) => [rangeOf(body, '17'), rangeOf(body, 'payment_succeeded')],
  },
  paypal: {
    source: () => paypal({ webhookId: 'WEBHOOK1', fetchText: () => certificate }),
    unsigned: { secret: `WEBHOOK1|${pem(rsa.privateKey, 'pkcs8')}` },
    signedHeaders: ['paypal-transmission-id', 'paypal-transmission-time', 'paypal-auth-algo'],
    coveredBody: (body) => [{ from: 0, to: body.length }],
  },
  plaid: {
    source: () =>
      plaid({ fetchKey: async (id) => (id === 'test' ? ec.publicKey.export({ format: 'jwk' }) : null) }),
    unsigned: { secret: pem(ec.privateKey, 'pkcs8') },
  },
};
