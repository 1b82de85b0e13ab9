import { isHooklineError } from '@hookline/core';
import { expect } from 'chai';
import {
  type SignatureScheme,
  verifySignature,
} from '../../../packages/core/src/inbound/schemes/signature-scheme.js';
import type { InboundRequest } from '../../../packages/core/src/inbound/source.js';
import { genericHmacScheme } from '../../../packages/core/src/inbound/sources/generic-hmac.js';
import { githubScheme } from '../../../packages/core/src/inbound/sources/github.js';
import { standardWebhooksScheme } from '../../../packages/core/src/inbound/sources/standard-webhooks.js';
import { stripeScheme } from '../../../packages/core/src/inbound/sources/stripe.js';
import { readVectors, type Vector } from '../../support/read-vectors.js';

/** How many entries each file has: a vector that is lost must not look like one that passes. */
const FILES: Readonly<Record<string, { count: number; toScheme: (vector: Vector) => SignatureScheme }>> = {
  github: { count: 9, toScheme: githubScheme },
  stripe: { count: 13, toScheme: stripeScheme },
  'standard-webhooks': { count: 17, toScheme: standardWebhooksScheme },
  svix: { count: 17, toScheme: standardWebhooksScheme },
  'generic-hmac': { count: 13, toScheme: toGenericScheme },
};

function toGenericScheme({ secret, mode, hash, encoding = 'hex', tolerance = 300 }: Vector): SignatureScheme {
  const algorithm = hash === 'SHA512' ? 'sha512' : 'sha256';
  const simple = { secret, header: 'X-Convoy-Signature', algorithm, encoding } as const;
  if (mode === 'simple') return genericHmacScheme(simple);
  return genericHmacScheme({
    ...simple,
    list: { label: 'v1' },
    timestamp: { label: 't' },
    template: '{timestamp},{body}',
    toleranceS: tolerance,
  });
}

function toRequest({ headers, body }: Vector): InboundRequest {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { method: 'POST', url: '/', headers: Object.fromEntries(lower), body: Buffer.from(body) };
}

function verdictOf(action: () => void): 'valid' | 'invalid' {
  try {
    action();
    return 'valid';
  } catch (error) {
    if (isHooklineError(error) && [400, 401].includes(error.status)) return 'invalid';
    throw error;
  }
}

for (const [file, { count, toScheme }] of Object.entries(FILES)) {
  describe(`vectors of ${file}`, () => {
    const vectors = readVectors(file);

    it(`are ${count}`, () => expect(vectors).to.have.length(count));

    for (const vector of vectors) {
      it(`${vector.expect}: ${vector.name} (${vector.why})`, () => {
        const verify = () => verifySignature(toScheme(vector), toRequest(vector), vector.now * 1_000);
        expect(verdictOf(verify)).to.equal(vector.expect);
      });
    }
  });
}
