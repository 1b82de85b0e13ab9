import { type AnySource, github, hmac, standardWebhooks, stripe } from '@hookline/core';
import { expect } from 'chai';
import { readVectors, type Vector } from '../../support/read-vectors.js';
import { verifyVector } from '../../support/verify-vector.js';

/** How many entries each file has: a vector that is lost must not look like one that passes. */
const FILES: Readonly<Record<string, { count: number; toSource: (vector: Vector) => AnySource }>> = {
  github: { count: 9, toSource: ({ secret }) => github({ secret }) },
  stripe: { count: 13, toSource: ({ secret }) => stripe({ secret }) },
  'standard-webhooks': { count: 17, toSource: ({ secret }) => standardWebhooks({ secret }) },
  svix: { count: 17, toSource: ({ secret }) => standardWebhooks({ secret }) },
  'generic-hmac': { count: 13, toSource: toGeneric },
};

function toGeneric({ secret, mode, hash, encoding = 'hex', tolerance = 300 }: Vector): AnySource {
  const algorithm = hash === 'SHA512' ? 'sha512' : 'sha256';
  const simple = { secret, header: 'X-Convoy-Signature', algorithm, encoding } as const;
  if (mode === 'simple') return hmac(simple);
  return hmac({
    ...simple,
    list: { label: 'v1' },
    timestamp: { label: 't' },
    template: '{timestamp},{body}',
    toleranceS: tolerance,
  });
}

for (const [file, { count, toSource }] of Object.entries(FILES)) {
  describe(`vectors of ${file}`, () => {
    const vectors = readVectors(file);

    it(`are ${count}`, () => expect(vectors).to.have.length(count));

    for (const vector of vectors) {
      it(`${vector.expect}: ${vector.name} (${vector.why})`, async () => {
        expect(await verifyVector(toSource(vector), vector)).to.equal(vector.expect);
      });
    }
  });
}
