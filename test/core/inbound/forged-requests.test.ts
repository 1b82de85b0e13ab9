import { createHmac } from 'node:crypto';
import { isHooklineError } from '@hookline/core';
import { AssertionError, expect } from 'chai';
import type { InboundRequest, Source } from '../../../packages/core/src/inbound/source.js';
import { hmac } from '../../../packages/core/src/inbound/sources/generic-hmac.js';
import { github } from '../../../packages/core/src/inbound/sources/github.js';
import { standardWebhooks } from '../../../packages/core/src/inbound/sources/standard-webhooks.js';
import { stripe } from '../../../packages/core/src/inbound/sources/stripe.js';
import { generateSecret } from '../../../packages/core/src/signing/secret.js';
import { signedRequest } from '../../../packages/core/src/testing/sign-request.js';

const now = 1_700_000_000_000;
const body = '{"id":"evt_1","type":"order.paid","note":"é"}';
const secret = generateSecret();

interface Case {
  readonly source: Source;
  readonly request: InboundRequest;
  /** Headers of which every bit counts. */
  readonly signed: readonly string[];
}

function toCase(
  source: Source,
  request: Pick<InboundRequest, 'headers' | 'body'>,
  signed: readonly string[],
): Case {
  return { source, signed, request: { method: 'POST', url: '/', ...request } };
}

const mac = createHmac('sha512', secret).update(`${now}:${body}`).digest('base64');
const cases: Readonly<Record<string, Case>> = {
  github: toCase(github({ secret }), signedRequest.github({ event: 'push', body, secret }), [
    'x-hub-signature-256',
  ]),
  stripe: toCase(stripe({ secret }), signedRequest.stripe({ body, secret, now }), ['stripe-signature']),
  standardWebhooks: toCase(
    standardWebhooks({ secret }),
    signedRequest.standardWebhooks({ body, secret, now }),
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  ),
  hmac: toCase(
    hmac({
      secret,
      header: 'x-signature',
      algorithm: 'sha512',
      encoding: 'base64',
      timestamp: { header: 'x-timestamp', unit: 'ms' },
      template: '{timestamp}:{body}',
    }),
    { headers: { 'x-timestamp': String(now), 'x-signature': mac }, body: Buffer.from(body) },
    ['x-timestamp', 'x-signature'],
  ),
};

function statusOf({ source }: Case, request: InboundRequest): number {
  try {
    source.verify(request, now);
    return 200;
  } catch (error) {
    if (isHooklineError(error)) return error.status;
    throw error;
  }
}

function* flips(bytes: Buffer): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    yield flipped;
  }
}

/** Hex means the same in either case: such a flip changes no bit of the signature. */
function isSameHex(value: string, original: string): boolean {
  const hexOf = (text: string) => text.replace(/[0-9a-f]{64}$/i, (hex) => hex.toLowerCase());
  return hexOf(value) === hexOf(original);
}

for (const [name, forged] of Object.entries(cases)) {
  describe(`a ${name} request`, () => {
    const { request, signed } = forged;

    it('is accepted as it is', () => expect(statusOf(forged, request)).to.equal(200));

    it('is refused with 401 when any bit of its body is flipped', () => {
      for (const flipped of flips(request.body)) {
        expect(statusOf(forged, { ...request, body: flipped })).to.equal(401);
      }
    });

    for (const header of signed) {
      it(`is refused when any bit of ${header} is flipped`, () => {
        const original = request.headers[header] ?? '';
        expect(original).not.to.equal('');
        for (const flipped of flips(Buffer.from(original, 'latin1'))) {
          const value = flipped.toString('latin1');
          const status = statusOf(forged, { ...request, headers: { ...request.headers, [header]: value } });
          // an id that blurs what is signed is incomplete
          const expected = isSameHex(value, original)
            ? 200
            : header === 'webhook-id' && value.includes('.')
              ? 400
              : 401;
          expect(status, JSON.stringify(value)).to.equal(expected);
        }
      });
    }

    it('is refused with 401 when its body is cut or grows', () => {
      for (let length = 0; length < request.body.length; length++) {
        expect(statusOf(forged, { ...request, body: request.body.subarray(0, length) })).to.equal(401);
      }
      expect(
        statusOf(forged, { ...request, body: Buffer.concat([request.body, Buffer.from('\n')]) }),
      ).to.equal(401);
    });

    it('is refused with 4xx, whatever its headers hold', () => {
      for (const header of Object.keys(request.headers)) {
        if (!signed.includes(header)) continue;
        for (const value of oddValues(request.headers[header] ?? '')) {
          const headers = { ...request.headers, [header]: value };
          assertClientError(statusOf(forged, { ...request, headers }), header, value);
        }
        const { [header]: _, ...rest } = request.headers;
        assertClientError(statusOf(forged, { ...request, headers: rest }), header, '(missing)');
      }
    });
  });
}

function assertClientError(status: number, header: string, value: string): void {
  if (status >= 400 && status < 500) return;
  throw new AssertionError(`${header}: ${JSON.stringify(value)} was answered with ${status}`);
}

const ODD = [
  '',
  ' ',
  ',',
  ', ',
  ',,,,',
  '=',
  '==',
  't=',
  'v1=',
  'v1,',
  't=,v1=',
  't=1,t=2,v1=00',
  'v1',
  '.',
  '\u0000',
  '\t',
  'null',
  'undefined',
  '[object Object]',
  'Infinity',
  'NaN',
  '1e3',
  ' 12',
  '-1',
  '+1',
  '0x10',
  '1_000',
  '٣',
  '９',
  '99999999999999999999',
  '1700000000;',
  '1700000000\u00a0',
  '♥',
  '\ud800',
  '%00',
  '__proto__',
  'sha256=',
  'sha1=',
  'sha256==',
  'sha512=00',
  'v1a,AAAA',
  'v1,AAAA v1a,',
  '=v1',
  ',v1',
  'x'.repeat(16_000),
  'v1=,'.repeat(4_000),
  't=1,'.repeat(4_000),
  'v1, '.repeat(4_000),
];

/** Values no sender would write, some made out of the right one; the same every time. */
function* oddValues(original: string): Generator<string> {
  yield* ODD;
  yield* [
    `${original}, ${original}x`,
    `x${original}`,
    `${original}x`,
    original.slice(1),
    original.slice(0, -1),
  ];
  yield* [original.split('').reverse().join(''), `"${original}"`];
  let seed = 42;
  const random = (limit: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % limit;
  };
  for (let i = 0; i < 500; i++) {
    yield Array.from({ length: random(80) }, () => String.fromCharCode(random(256))).join('');
  }
}
