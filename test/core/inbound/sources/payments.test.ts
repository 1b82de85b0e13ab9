import { createHash, createHmac, createSign, generateKeyPairSync, sign } from 'node:crypto';
import * as sources from '@hookline/core/sources';
import { expect } from 'chai';
import { aCertificate } from '../../../support/certificates.js';
import { expectError } from '../../../support/expect-error.js';
import {
  bare,
  mac,
  now,
  nowS,
  requestOf,
  type Sent,
  secret,
  token,
  verifiesAll,
} from '../../../support/hand-signed.js';

const hexKey = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const rsaPem = rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString();
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const form = { 'content-type': 'application/x-www-form-urlencoded' };

const classic = { alert_id: '17', alert_name: 'payment_succeeded', email: 'é@example.com' };
const serialized =
  'a:3:{s:8:"alert_id";s:2:"17";s:10:"alert_name";s:17:"payment_succeeded";s:5:"email";s:14:"é@example.com";}';
const classicForm = {
  ...classic,
  p_signature: createSign('sha1').update(serialized).sign(rsa.privateKey, 'base64'),
};

const basic = { Authorization: `Basic ${Buffer.from('user:password').toString('base64')}` };
const paymentEvents = {
  events: [
    { id: 'EV1', resource_type: 'payments', action: 'confirmed' },
    { id: 'EV2', resource_type: 'payments', action: 'confirmed' },
  ],
};

/** Requests as these senders make them, signed by Node's own functions. */
const SENT: Readonly<Record<string, Sent>> = {
  'a payment of Square': {
    source: sources.square({ secret, url: 'https://app.example.com/square' }),
    data: { event_id: 'e1', type: 'payment.created' },
    headers: (body) => ({
      'x-square-hmacsha256-signature': mac(`https://app.example.com/square${body}`, 'base64'),
    }),
    id: 'e1',
    type: 'payment.created',
  },
  'two payments of GoCardless': {
    source: sources.gocardless({ secret }),
    data: paymentEvents,
    headers: bare('Webhook-Signature'),
    id: 'EV1,EV2',
    type: 'payments.confirmed',
  },
  'a payment link of Mollie, by its second secret': {
    source: sources.mollie({ secret }),
    data: { id: 'event_1', type: 'payment-link.paid' },
    headers: (body) => ({ 'X-Mollie-Signature': `sha256=${'0'.repeat(64)}, sha256=${mac(body)}` }),
    id: 'event_1',
    type: 'payment_link.paid',
  },
  'a payment of Mollie without a prefix': {
    source: sources.mollie({ secret }),
    data: { id: 'event_2', type: 'payment.paid' },
    headers: bare('X-Mollie-Signature'),
    id: 'event_2',
    type: 'payment.paid',
  },
  'a charge of Paystack': {
    source: sources.paystack({ secret }),
    data: { event: 'charge.success', data: { id: 302_961 } },
    headers: (body) => ({ 'x-paystack-signature': mac(body, 'hex', 'sha512') }),
    id: 'charge.success.302961',
    type: 'charge.success',
  },
  'a payment of Razorpay': {
    source: sources.razorpay({ secret }),
    data: { event: 'payment.captured' },
    headers: (body) => ({ ...bare('X-Razorpay-Signature')(body), 'x-razorpay-event-id': 'evt_1' }),
    id: 'evt_1',
    type: 'payment.captured',
  },
  'a charge of Recurly while its secret is replaced': {
    source: sources.recurly({ secret }),
    data: { id: 'r1', object_type: 'charge_invoice', event_type: 'paid' },
    headers: (body) => ({ 'recurly-signature': `${now},${'0'.repeat(64)},${mac(`${now}.${body}`)}` }),
    id: 'r1',
    type: 'charge_invoice.paid',
  },
  'a payment of Paddle Classic': {
    source: sources.paddleClassic({ secret: rsaPem }),
    data: classicForm,
    body: new URLSearchParams(classicForm).toString(),
    headers: () => form,
    id: '17',
    type: 'payment_succeeded',
  },
  'a purchase of RevenueCat': {
    source: sources.revenuecat({ secret }),
    data: { event: { id: 'rc1', type: 'INITIAL_PURCHASE' } },
    headers: token('Authorization'),
    id: 'rc1',
    type: 'initial_purchase',
  },
  'a purchase of RevenueCat that is signed': {
    source: sources.revenuecat({ secret, proof: 'signature' }),
    data: { event: { id: 'rc2', type: 'RENEWAL' } },
    headers: (body) => ({ 'X-RevenueCat-Webhook-Signature': `t=${nowS},v1=${mac(`${nowS}.${body}`)}` }),
    id: 'rc2',
    type: 'renewal',
  },
  'an invoice of Chargebee': {
    source: sources.chargebee({ secret: 'user:password' }),
    data: { id: 'ev_1', event_type: 'invoice_generated' },
    headers: () => basic,
    id: 'ev_1',
    type: 'invoice_generated',
  },
  'a report of Adyen for Platforms': {
    source: sources.adyenPlatform({ secret: hexKey }),
    data: { type: 'balancePlatform.transfer.created' },
    headers: (body) => ({
      HmacSignature: createHmac('sha256', Buffer.from(hexKey, 'hex')).update(body).digest('base64'),
    }),
    id: null,
    type: 'balance_platform.transfer.created',
  },
  'an order of BigCommerce': {
    source: sources.bigcommerce({ secret, header: 'X-Shop-Key' }),
    data: { hash: 'abc', scope: 'store/order/created', created_at: 1_700_000_000 },
    headers: token('X-Shop-Key'),
    id: 'abc.1700000000',
    type: 'store_order_created',
  },
  'invoices of Xero': {
    source: sources.xero({ secret }),
    data: {
      events: [
        { eventCategory: 'INVOICE', eventType: 'UPDATE' },
        { eventCategory: 'INVOICE', eventType: 'UPDATE' },
      ],
    },
    headers: (body) => ({ 'x-xero-signature': mac(body, 'base64') }),
    id: null,
    type: 'invoice.update',
  },
};

const standardKey = Buffer.from('0123456789abcdef01234567');
const standard = `whsec_${standardKey.toString('base64')}`;
/** Those who sign by Standard Webhooks, or as Svix did before. */
const STANDARD = {
  webhook: [
    sources.anthropic,
    sources.brex,
    sources.composio,
    sources.dodoPayments,
    sources.granola,
    sources.liveblocks,
    sources.loops,
    sources.openai,
    sources.render,
    sources.replicate,
  ],
  svix: [sources.autumn, sources.brex, sources.clerk, sources.resend, sources.seam, sources.svix],
};

const jwk = { ...ec.publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' };
const plaid = (claims: object, kid = 'key-1', alg = 'ES256') => {
  const text = [{ alg, kid, typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const key = { key: ec.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return { 'Plaid-Verification': `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}` };
};
const hashOf = (body: string) => createHash('sha256').update(body).digest('hex');

describe('payments and shops that send webhooks', () => {
  verifiesAll(SENT);

  for (const [prefix, makers] of Object.entries(STANDARD))
    for (const make of makers) {
      it(`verifies ${make.sender.title}, whose headers begin with ${prefix}-`, () => {
        const body = '{"type":"thing.done"}';
        const signature = createHmac('sha256', standardKey).update(`msg_1.${nowS}.${body}`).digest('base64');
        const headers = {
          [`${prefix}-id`]: 'msg_1',
          [`${prefix}-timestamp`]: String(nowS),
          [`${prefix}-signature`]: `v1,${signature}`,
        };
        expect(make({ secret: standard }).verify({ headers, body }, now).id).to.equal('msg_1');
      });
    }

  it('answers the ping of WooCommerce, and no other form', async () => {
    const source = sources.woocommerce({ secret });
    const ping = { headers: form, body: 'webhook_id=12' };
    expect(await source.handshake(ping)).to.deep.equal({ status: 200 });
    expect(await source.handshake({ ...ping, body: 'webhook_id=12&order=1' })).to.equal(null);
    await expectError('SIGNATURE_MISSING', () => source.verify(ping));
  });

  it('answers the challenge of Braintree, and signs no text of another shape', async () => {
    const source = sources.braintree({ publicKey: 'public', secret });
    const challenge = '20f9f8ed05f77439fe955c977e4c8a53';
    const key = createHash('sha1').update(secret).digest();
    const expected = createHmac('sha1', key).update(challenge).digest('hex');
    const asked = (text: string) =>
      source.handshake({ method: 'GET', url: `/?bt_challenge=${text}`, headers: {}, body: '' });
    expect(await asked(challenge)).to.deep.equal({ status: 200, body: `public|${expected}` });
    for (const payload of ['PG5vdGlmaWNhdGlvbj4', '', `${challenge}0`, challenge.toUpperCase()])
      await expectError('REQUEST_INCOMPLETE', () => asked(payload));
    for (const bt_payload of [challenge, `${challenge}\n`]) {
      const bt_signature = `public|${createHmac('sha1', key).update(bt_payload).digest('hex')}`;
      const body = new URLSearchParams({ bt_signature, bt_payload, forged: 'yes' }).toString();
      await expectError('SIGNATURE_MISMATCH', () => source.verify({ headers: form, body }));
    }
  });

  it('answers Xero with 200, and refuses without a word', () => {
    const source = sources.xero({ secret });
    expect([source.accepted, source.refusesSilently]).to.deep.equal([{ status: 200 }, true]);
  });

  it('refuses a form of Paddle Classic with a field more, less or twice', async () => {
    const source = sources.paddleClassic({ secret: rsaPem });
    const altered = [
      { ...classicForm, more: '1' },
      { ...classicForm, email: 'b@example.com' },
    ].map((fields) => new URLSearchParams(fields).toString());
    const { email: _, ...less } = classicForm;
    const twice = `${new URLSearchParams(classicForm)}&email=b`;
    for (const body of [...altered, new URLSearchParams(less).toString(), twice])
      await expectError('SIGNATURE_MISMATCH', () => source.verify({ headers: form, body }));
    await expectError('SIGNATURE_MISSING', () =>
      source.verify({ headers: form, body: new URLSearchParams(classic).toString() }),
    );
  });

  it('verifies Plaid by the key that its token names, asked for once', async () => {
    const asked: string[] = [];
    const source = sources.plaid({
      fetchKey: async (id) => {
        asked.push(id);
        return id === 'key-1' ? jwk : null;
      },
    });
    const body = '{"webhook_type":"ITEM","webhook_code":"ERROR"}';
    const good = { iat: nowS, request_body_sha256: hashOf(body) };
    const request = { headers: plaid(good), body };
    expect((await source.verify(request, now)).type).to.equal('item.error');
    await source.verify(request, now);
    expect(asked).to.deep.equal(['key-1']);
    await expectError('SIGNATURE_MISMATCH', () => source.verify({ ...request, body: `${body} ` }, now));
    await expectError('TIMESTAMP_OUT_OF_RANGE', () => source.verify(request, now + 301_000));
    for (const headers of [plaid(good, 'other'), plaid(good, '../../key'), plaid(good, 'key-1', 'none')])
      await expectError('SIGNATURE_MISMATCH', () => source.verify({ headers, body }, now));
    expect(asked).to.deep.equal(['key-1', 'other']);
  });

  it('fetches no certificate of PayPal but from PayPal', async () => {
    const fetched: string[] = [];
    const certificate = aCertificate('messageverificationcerts.paypal.com', rsa);
    const source = sources.paypal({
      webhookId: 'WEBHOOK1',
      fetchText: (url) => {
        fetched.push(url);
        return certificate;
      },
    });
    const privateKey = rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const request = source.sign({ data: {}, secret: `WEBHOOK1|${privateKey}`, now });
    for (const url of [
      'http://api.paypal.com/v1/notifications/certs/C',
      'https://api.paypal.com.example.com/v1/notifications/certs/C',
      'https://example.com/api.paypal.com/v1/notifications/certs/C',
      'https://api.paypal.com@example.com/v1/notifications/certs/C',
      'https://api.paypal.com:8443/v1/notifications/certs/C',
      'https://api.paypal.com/v1/notifications/certs/C?x=1',
      'https://api.paypal.com/v1/../cgi-bin/webscr',
      'no url',
    ])
      await expectError('SIGNATURE_MISMATCH', () =>
        source.verify({ ...request, headers: { ...request.headers, 'paypal-cert-url': url } }, now),
      );
    expect(fetched).to.deep.equal([]);
    expect((await source.verify(request, now)).source).to.equal('paypal');
    expect(fetched).to.have.length(1);
  });

  it('refuses a certificate of somebody else, and one that is over', async () => {
    const privateKey = rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const request = sources
      .paypal({ webhookId: 'WEBHOOK1' })
      .sign({ data: {}, secret: `WEBHOOK1|${privateKey}`, now });
    for (const [name, at] of [
      ['paypal.com.example.com', now],
      ['messageverificationcerts.paypal.com', Date.parse('2041-01-01')],
    ] as const) {
      const source = sources.paypal({ webhookId: 'WEBHOOK1', fetchText: () => aCertificate(name, rsa) });
      await expectError('SIGNATURE_MISMATCH', () => source.verify(request, at));
    }
    const broken = sources.paypal({ webhookId: 'WEBHOOK1', fetchText: async () => 'no certificate' });
    await expectError('KEY_UNAVAILABLE', () => broken.verify(request, now));
  });

  it('refuses an old request of Recurly, and one whose timestamp is another', async () => {
    const sent = SENT['a charge of Recurly while its secret is replaced'] as Sent;
    await expectError('TIMESTAMP_OUT_OF_RANGE', () => sent.source.verify(requestOf(sent), now + 301_000));
    const { body } = requestOf(sent);
    const signature = sent.headers(body)['recurly-signature'] ?? '';
    const altered = { 'recurly-signature': signature.replace('17', '18') };
    await expectError('SIGNATURE_MISMATCH', () => sent.source.verify({ headers: altered, body }, now));
  });

  for (const [what, make] of [
    ['Plaid without a function for its keys', () => sources.plaid({} as never)],
    ['PayPal without the id of a webhook', () => sources.paypal({ webhookId: [] })],
    ['RevenueCat with an unknown proof', () => sources.revenuecat({ secret, proof: 'jwt' as 'signature' })],
    ['Adyen with a secret that is no hex', () => sources.adyen({ secret: 'no hex' })],
    ['Chargebee with a password alone', () => sources.chargebee({ secret: 'password' })],
  ] as const) {
    it(`makes no source of ${what}`, async () => {
      await expectError('OPTION_INVALID', make);
    });
  }
});
