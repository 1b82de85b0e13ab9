import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import type { WithSecret } from '../../../packages/core/src/inbound/sender.js';
import type { InboundRequest } from '../../../packages/core/src/inbound/source.js';
import { type HmacOptions, hmac } from '../../../packages/core/src/inbound/sources/hmac.js';
import { expectError } from '../../support/expect-error.js';

const secret = 'shared secret';
const now = 1_700_000_000_000;
const body = '{"event":{"id":42,"name":"OrderPaid"}}';

function macOf(
  text: string,
  encoding: 'hex' | 'base64' | 'base64url' = 'hex',
  algorithm = 'sha256',
  key: string | Buffer = secret,
) {
  return createHmac(algorithm, key).update(text).digest(encoding);
}

function verify(options: Partial<HmacOptions & WithSecret>, headers: Record<string, string>, text = body) {
  const request: InboundRequest = {
    method: 'POST',
    url: '/',
    origin: null,
    headers,
    body: Buffer.from(text),
  };
  return hmac({ secret, header: 'X-Signature', ...options }).verify(request, now);
}

describe('hmac()', () => {
  it('needs no more than a secret and a header', () => {
    const verified = verify({}, { 'x-signature': macOf(body) });
    expect(verified).to.deep.include({
      source: 'hmac',
      id: null,
      type: 'received',
      data: JSON.parse(body),
      json: body,
    });
  });

  it('finds id and type in the body', () => {
    const verified = verify(
      { id: { path: 'event.id' }, type: { path: 'event.name' } },
      { 'x-signature': macOf(body) },
    );
    expect(verified).to.include({ id: '42', type: 'order_paid' });
  });

  it('finds id and type in headers, whatever their case', () => {
    const headers = { 'x-signature': macOf(body), 'x-topic': 'orders/create', 'x-id': 'abc' };
    const verified = verify({ id: { header: 'X-Id' }, type: { header: 'X-Topic' } }, headers);
    expect(verified).to.include({ id: 'abc', type: 'orders_create' });
  });

  for (const [what, options, headers] of [
    ['SHA-512', { algorithm: 'sha512' }, { 'x-signature': macOf(body, 'hex', 'sha512') }],
    [
      'SHA-1 behind a prefix',
      { algorithm: 'sha1', prefix: 'sha1=' },
      { 'x-signature': `sha1=${macOf(body, 'hex', 'sha1')}` },
    ],
    ['hex in upper case', {}, { 'x-signature': macOf(body).toUpperCase() }],
    ['base64', { encoding: 'base64' }, { 'x-signature': macOf(body, 'base64') }],
    ['base64url without padding', { encoding: 'base64url' }, { 'x-signature': macOf(body, 'base64url') }],
    ['base64url with padding', { encoding: 'base64url' }, { 'x-signature': `${macOf(body, 'base64url')}=` }],
    [
      'a key in hex',
      { secret: 'cafe', secretEncoding: 'hex' },
      { 'x-signature': macOf(body, 'hex', 'sha256', Buffer.from([0xca, 0xfe])) },
    ],
    [
      'a key in base64',
      { secret: 'yv4=', secretEncoding: 'base64' },
      { 'x-signature': macOf(body, 'hex', 'sha256', Buffer.from([0xca, 0xfe])) },
    ],
    [
      'a list without labels',
      { list: { separator: ' ' }, prefix: 'v1=' },
      { 'x-signature': `v1=00 v2=11 v1=${macOf(body)}` },
    ],
    [
      'a list with semicolons and spaces',
      { list: { separator: ';', label: 'h1' } },
      { 'x-signature': `x ; h1=00 ; h1=${macOf(body)}` },
    ],
    ['a header that came twice, as a list', { list: {} }, { 'x-signature': `00, ${macOf(body)}` }],
    [
      'a timestamp header and a template',
      { timestamp: { header: 'X-Timestamp' }, template: 'v0:{timestamp}:{body}' },
      { 'x-timestamp': '1700000000', 'x-signature': macOf(`v0:1700000000:${body}`) },
    ],
    [
      'milliseconds in the list, id in a header',
      {
        list: { label: 'v1' },
        timestamp: { label: 't', format: 'ms' },
        template: '{id}|{timestamp}|{body}',
        id: { header: 'X-Id' },
      },
      { 'x-id': 'abc', 'x-signature': `t=${now - 300_000}, v1=${macOf(`abc|${now - 300_000}|${body}`)}` },
    ],
    [
      'the timestamp behind the body',
      { timestamp: { header: 'X-Timestamp' }, template: '{body}{timestamp}' },
      { 'x-timestamp': '1700000000', 'x-signature': macOf(`${body}1700000000`) },
    ],
  ] as const satisfies readonly (readonly [
    string,
    Partial<HmacOptions & WithSecret>,
    Record<string, string>,
  ])[]) {
    it(`verifies ${what}`, () => expect(verify(options, headers).json).to.equal(body));
  }

  describe('tolerance', () => {
    const at = (ageS: number, toleranceS: HmacOptions['toleranceS'] & {}) => () => {
      const timestamp = String(now / 1_000 - ageS);
      const headers = { 'x-timestamp': timestamp, 'x-signature': macOf(`${timestamp}.${body}`) };
      return verify({ timestamp: { header: 'x-timestamp' }, toleranceS }, headers);
    };

    it('goes both ways', async () => {
      expect(at(60, 60)().json).to.equal(body);
      expect(at(-60, 60)().json).to.equal(body);
      await expectError('TIMESTAMP_OUT_OF_RANGE', at(61, 60));
      await expectError('TIMESTAMP_OUT_OF_RANGE', at(-61, 60));
    });

    it('may differ for past and future', async () => {
      expect(at(-5_000, { past: 60, future: Number.POSITIVE_INFINITY })().json).to.equal(body);
      await expectError('TIMESTAMP_OUT_OF_RANGE', at(61, { past: 60, future: Number.POSITIVE_INFINITY }));
      await expectError('TIMESTAMP_OUT_OF_RANGE', at(-2, { past: 60, future: 1 }));
    });

    it('counts a fraction of a second where timestamps are in milliseconds', async () => {
      const timestamp = String(now - 60_001);
      const headers = { 'x-timestamp': timestamp, 'x-signature': macOf(`${timestamp}.${body}`) };
      const options = { timestamp: { header: 'x-timestamp', format: 'ms' }, toleranceS: 60 } as const;
      await expectError('TIMESTAMP_OUT_OF_RANGE', () => verify(options, headers));
    });
  });

  for (const [what, headers, options, code] of [
    ['no header', {}, {}, 'SIGNATURE_MISSING'],
    [
      'a signature without its prefix',
      { 'x-signature': macOf(body) },
      { prefix: 'sha256=' },
      'SIGNATURE_MISMATCH',
    ],
    [
      'a label that is not asked for',
      { 'x-signature': `v2=${macOf(body)}` },
      { list: { label: 'v1' } },
      'SIGNATURE_MISMATCH',
    ],
    [
      'another algorithm than the one configured',
      { 'x-signature': macOf(body, 'hex', 'sha1') },
      {},
      'SIGNATURE_MISMATCH',
    ],
    [
      'base64 with junk in it',
      { 'x-signature': `${macOf(body, 'base64')}!` },
      { encoding: 'base64' },
      'SIGNATURE_MISMATCH',
    ],
    [
      'a header that came twice',
      { 'x-signature': `${macOf(body)}, ${macOf(body)}` },
      {},
      'SIGNATURE_MISMATCH',
    ],
    [
      'no type where one is named',
      { 'x-signature': macOf(body) },
      { type: { path: 'event.kind' } },
      'REQUEST_INCOMPLETE',
    ],
    [
      'no id where one is named',
      { 'x-signature': macOf(body) },
      { id: { header: 'x-id' } },
      'REQUEST_INCOMPLETE',
    ],
    [
      'inherited properties as an id',
      { 'x-signature': macOf(body) },
      { id: { path: 'constructor.name' } },
      'REQUEST_INCOMPLETE',
    ],
    ['a header named like an inherited property', {}, { header: 'constructor' }, 'SIGNATURE_MISSING'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await expectError(code, () => verify(options, headers));
    });
  }

  it('refuses an id that JSON.parse rounds, for two might become one', async () => {
    const text = '{"id":12345678901234567890}';
    await expectError('REQUEST_INCOMPLETE', () =>
      verify({ id: { path: 'id' } }, { 'x-signature': macOf(text) }, text),
    );
  });

  for (const [what, options] of [
    ['a template without the body', { template: '{timestamp}', timestamp: { header: 't' } }],
    ['an unknown placeholder', { template: '{host}{body}' }],
    ['a timestamp that is not signed', { template: '{body}', timestamp: { header: 't' } }],
    ['a template that needs a timestamp there is none of', { template: '{timestamp}.{body}' }],
    ['a template that needs an id there is none of', { template: '{id}.{body}' }],
    ['an id in the body, before the body is verified', { template: '{id}.{body}', id: { path: 'id' } }],
    ['a timestamp label without a list', { timestamp: { label: 't' } }],
    ['no header', { header: '' }],
    ['an unknown algorithm', { algorithm: 'md5' }],
    ['an unknown encoding', { encoding: 'latin1' }],
    ['an unknown secret encoding', { secretEncoding: 'rot13' }],
    ['a secret that is not in hex', { secretEncoding: 'hex', secret: 'not hex' }],
    ['a tolerance of 0', { timestamp: { header: 't' }, toleranceS: 0 }],
  ] as const) {
    it(`cannot be made with ${what}`, async () => {
      await expectError('OPTION_INVALID', () =>
        hmac({ secret, header: 'x-signature', ...(options as object) }),
      );
    });
  }
});
