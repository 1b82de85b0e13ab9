import { generateKeyPairSync, sign } from 'node:crypto';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import type { InboundRequest } from '../../../packages/core/src/inbound/source.js';
import { standardWebhooks } from '../../../packages/core/src/inbound/sources/standard-webhooks.js';
import { generateSecret } from '../../../packages/core/src/signing/secret.js';
import { expectError } from '../../support/expect-error.js';
import { signedRequest } from '../../support/signed-request.js';

const secret = generateSecret();
const source = standardWebhooks({ secret });
const now = 1_700_000_000_000;
const body = '{"type": "Contact.Created", "data": {"id": 12345678901234567890}}';

function request(headers: Record<string, string> = {}, text = body): InboundRequest {
  const signed = signedRequest.standardWebhooks({ id: 'msg_1', body: text, secret, now });
  return {
    method: 'POST',
    url: '/',
    origin: null,
    body: signed.body,
    headers: { ...signed.headers, ...headers },
  };
}

describe('standardWebhooks()', () => {
  it('takes id, type and the JSON as the sender wrote it', () => {
    expect(source.verify(request(), now)).to.include({ id: 'msg_1', type: 'contact.created', json: body });
  });

  it('calls a request without a type received', () => {
    for (const text of ['{"test":1}', '[1]', 'null', '{"type":""}', '{"type":{}}']) {
      expect(source.verify(request({}, text), now).type).to.equal('received');
    }
  });

  it('takes the svix-* names', () => {
    const headers = Object.entries(request().headers).map(([name, value]) => [
      name.replace(/^webhook/, 'svix'),
      value,
    ]);
    expect(source.verify({ ...request(), headers: Object.fromEntries(headers) }, now).id).to.equal('msg_1');
  });

  it('accepts what npm standardwebhooks signs', () => {
    const signature = new Webhook(secret).sign('msg_2', new Date(now), body);
    expect(
      source.verify(request({ 'webhook-id': 'msg_2', 'webhook-signature': signature }), now).id,
    ).to.equal('msg_2');
  });

  it('signs in tests what npm standardwebhooks accepts', () => {
    const signed = signedRequest.standardWebhooks({ body, secret });
    expect(new Webhook(secret).verify(body, { ...signed.headers })).to.have.property(
      'type',
      'Contact.Created',
    );
  });

  it('accepts any of several secrets', () => {
    expect(standardWebhooks({ secret: [generateSecret(), secret] }).verify(request(), now).id).to.equal(
      'msg_1',
    );
  });

  it('verifies ed25519 signatures with a whpk_ key, beside a whsec_ one', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const signed = sign(null, Buffer.from(`msg_1.${now / 1_000}.${body}`), privateKey).toString('base64');
    const asymmetric = request({ 'webhook-signature': `v1a,${signed}` });
    const publicSecret = `whpk_${raw.toString('base64')}`;
    expect(standardWebhooks({ secret: publicSecret }).verify(asymmetric, now).id).to.equal('msg_1');
    expect(standardWebhooks({ secret: [secret, publicSecret] }).verify(asymmetric, now).id).to.equal('msg_1');
    await expectError('SIGNATURE_MISMATCH', () => source.verify(asymmetric, now));
  });

  for (const signature of [
    'v1a,',
    'v1a,AAAA',
    `v1a,${Buffer.alloc(64).toString('base64')}`,
    'v1a,%%%',
    'v1a',
  ]) {
    it(`refuses the ed25519 signature ${signature.slice(0, 12)} without failing itself`, async () => {
      const asymmetric = standardWebhooks({ secret: `whpk_${Buffer.alloc(32, 7).toString('base64')}` });
      await expectError('SIGNATURE_MISMATCH', () =>
        asymmetric.verify(request({ 'webhook-signature': signature }), now),
      );
    });
  }

  for (const ageS of [300, -300]) {
    it(`takes a request ${ageS} s away from now`, () => {
      expect(source.verify(request(), now + ageS * 1_000).id).to.equal('msg_1');
    });
  }

  for (const ageS of [301, -301]) {
    it(`refuses a request ${ageS} s away from now`, async () => {
      const error = await expectError('TIMESTAMP_OUT_OF_RANGE', () =>
        source.verify(request(), now + ageS * 1_000),
      );
      expect(error.details).to.deep.equal({ ageS: 301, toleranceS: 300 });
    });
  }

  for (const [what, headers, code] of [
    ['no signature', { 'webhook-signature': '' }, 'SIGNATURE_MISSING'],
    ['no timestamp', { 'webhook-timestamp': '' }, 'TIMESTAMP_INVALID'],
    ['a timestamp that came twice', { 'webhook-timestamp': '1700000000, 1700000000' }, 'TIMESTAMP_INVALID'],
    ['a timestamp in milliseconds', { 'webhook-timestamp': String(now) }, 'SIGNATURE_MISMATCH'],
    ['no id', { 'webhook-id': '' }, 'REQUEST_INCOMPLETE'],
    ['another id', { 'webhook-id': 'msg_2' }, 'SIGNATURE_MISMATCH'],
    ['an id that came twice', { 'webhook-id': 'msg_1, msg_1' }, 'SIGNATURE_MISMATCH'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await expectError(code, () => source.verify(request(headers), now));
    });
  }

  it('refuses an id with a dot: one signature would stand for two messages', async () => {
    const inner = `{"x":"}.${now / 1_000}.{}"}`;
    const signed = signedRequest.standardWebhooks({ id: 'msg_1', body: inner, secret, now });
    const forged = {
      method: 'POST',
      url: '/',
      origin: null,
      headers: { ...signed.headers, 'webhook-id': `msg_1.${now / 1_000}.{"x":"}` },
      body: Buffer.from('{}"}'),
    };
    const error = await expectError('REQUEST_INCOMPLETE', () => source.verify(forged, now));
    expect(error.message).to.include('an id without "."');
  });

  for (const [what, bad] of [
    ['a prefix alone', 'whsec_'],
    ['text that is not base64', 'whsec_not base64!'],
    ['a private key', `whsk_${Buffer.alloc(64).toString('base64')}`],
    ['a public key of 31 bytes', `whpk_${Buffer.alloc(31).toString('base64')}`],
  ] as const) {
    it(`cannot be made with ${what}, which is not quoted`, async () => {
      const error = await expectError('OPTION_INVALID', () => standardWebhooks({ secret: bad }));
      expect(error.message).not.to.include(bad.slice(6) || 'never');
    });
  }
});
