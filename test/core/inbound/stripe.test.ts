import { expect } from 'chai';
import Stripe from 'stripe';
import type { InboundRequest } from '../../../packages/core/src/inbound/source.js';
import { stripe } from '../../../packages/core/src/inbound/sources/stripe.js';
import { expectError } from '../../support/expect-error.js';
import { signedRequest } from '../../support/signed-request.js';

const secret = 'whsec_test_secret';
const source = stripe({ secret });
const now = 1_700_000_000_000;
const body = '{\n  "id": "evt_1",\n  "type": "invoice.payment_succeeded",\n  "amount": 1.0\n}';
const { webhooks } = new Stripe('sk_test_none');

function request(header: string, text = body): InboundRequest {
  return {
    method: 'POST',
    url: '/',
    origin: null,
    headers: { 'stripe-signature': header },
    body: Buffer.from(text),
  };
}

function ours(atS = now / 1_000): string {
  return signedRequest.stripe({ body, secret, now: atS * 1_000 }).headers['stripe-signature'] ?? '';
}

describe('stripe()', () => {
  it('takes id, type and the JSON as Stripe wrote it', () => {
    expect(source.verify(request(ours()), now)).to.deep.include({
      source: 'stripe',
      id: 'evt_1',
      type: 'invoice.payment_succeeded',
      data: { id: 'evt_1', type: 'invoice.payment_succeeded', amount: 1 },
      json: body,
    });
  });

  it('accepts what npm stripe signs, which accepts what we sign', () => {
    const theirs = webhooks.generateTestHeaderString({ payload: body, secret, timestamp: now / 1_000 });
    expect(source.verify(request(theirs), now).id).to.equal('evt_1');
    expect(webhooks.constructEvent(body, ours(), secret, 300, undefined, now).id).to.equal('evt_1');
  });

  for (const ageS of [0, 299, 300, 301, 5_000, -1, -301, -5_000]) {
    it(`judges a request that is ${ageS} s old as npm stripe does`, async () => {
      const header = ours(now / 1_000 - ageS);
      const theirs = () => webhooks.constructEvent(body, header, secret, 300, undefined, now);
      if (ageS <= 300) {
        expect(theirs().id).to.equal('evt_1');
        expect(source.verify(request(header), now).id).to.equal('evt_1');
        return;
      }
      expect(theirs).to.throw(Stripe.errors.StripeSignatureVerificationError);
      await expectError('TIMESTAMP_OUT_OF_RANGE', () => source.verify(request(header), now));
    });
  }

  it('takes an older one where it is told to', () => {
    const header = ours(now / 1_000 - 86_400);
    expect(stripe({ secret, toleranceS: 90_000 }).verify(request(header), now).id).to.equal('evt_1');
    expect(stripe({ secret, toleranceS: Number.POSITIVE_INFINITY }).verify(request(header), now).id).to.equal(
      'evt_1',
    );
  });

  it('accepts any of several v1 with any of several secrets', () => {
    const rotating = stripe({ secret: ['whsec_new', secret] });
    expect(rotating.verify(request(`${ours()},v1=potato,v0=${'0'.repeat(64)}`), now).id).to.equal('evt_1');
    expect(rotating.verify(request(ours().replace(',v1', ',v1=potato,v1')), now).id).to.equal('evt_1');
  });

  it('stops looking after 20 signatures', async () => {
    const padded = (count: number) => ours().replace(',v1', `${',v1=potato'.repeat(count)},v1`);
    expect(source.verify(request(padded(19)), now).id).to.equal('evt_1');
    await expectError('SIGNATURE_MISMATCH', () => source.verify(request(padded(20)), now));
  });

  for (const malformed of [
    'Infinity',
    '1e3',
    ' 12',
    '',
    '-1700000000',
    '1700000000.5',
    '0x10',
    '٣',
    '9'.repeat(16),
    '+1',
  ]) {
    it(`refuses the timestamp "${malformed}"`, async () => {
      const header = ours().replace(/t=\d+/, `t=${malformed}`);
      await expectError('TIMESTAMP_INVALID', () => source.verify(request(header), now));
    });
  }

  it('refuses two timestamps, so also a header that came twice', async () => {
    await expectError('TIMESTAMP_INVALID', () => source.verify(request(`${ours()}, ${ours()}`), now));
  });

  it('tells a forger nothing about the clock', async () => {
    const header = ours(1).replace(/v1=..../, 'v1=0000');
    await expectError('SIGNATURE_MISMATCH', () => source.verify(request(header), now));
  });

  for (const text of [
    '{"type":"a"}',
    '{"id":"evt_1"}',
    '{"id":7.5,"type":"a"}',
    '[]',
    'null',
    '{"id":"","type":"a"}',
  ]) {
    it(`takes ${text}, which lacks an id or a type, as it is: Stripe signed it`, () => {
      const { headers } = signedRequest.stripe({ body: text, secret, now });
      const signature = headers['stripe-signature'] ?? '';
      const { id, senderType, json } = source.verify(request(signature, text), now);
      expect([id, senderType]).to.include(null);
      expect(json).to.equal(text);
    });
  }

  for (const toleranceS of [0, -1, Number.NaN]) {
    it(`cannot be made with a tolerance of ${toleranceS}`, async () => {
      await expectError('OPTION_INVALID', () => stripe({ secret, toleranceS }));
    });
  }
});
