import type { AnySource } from '@hookline/core';
import * as sources from '@hookline/core/sources';
import { expect } from 'chai';
import { readVectors, type Vector } from '../../../support/read-vectors.js';
import { verifyVector } from '../../../support/verify-vector.js';

/** How many entries each file has: a vector that is lost must not look like one that passes. */
const FILES: Readonly<Record<string, { count: number; toSource: (vector: Vector) => AnySource }>> = {
  asana: { count: 4, toSource: ({ secret }) => sources.asana({ secret }) },
  box: {
    count: 8,
    toSource: ({ secret, secondarySecret = '' }) => sources.box({ secret: [secret, secondarySecret] }),
  },
  calcom: { count: 4, toSource: ({ secret }) => sources.calCom({ secret }) },
  calendly: { count: 6, toSource: ({ secret }) => sources.calendly({ secret }) },
  cloudinary: { count: 3, toSource: ({ secret }) => sources.cloudinary({ secret, algorithm: 'sha256' }) },
  contentful: { count: 8, toSource: ({ secret }) => sources.contentful({ secret }) },
  dropbox: { count: 4, toSource: ({ secret }) => sources.dropbox({ secret }) },
  'dropbox-sign': { count: 6, toSource: ({ secret }) => sources.dropboxSign({ secret }) },
  hubspot: {
    count: 9,
    toSource: ({ secret, mode }) => sources.hubspot({ secret, version: mode as 'v1' | 'v2' | 'v3' }),
  },
  notion: { count: 7, toSource: ({ secret }) => sources.notion({ secret }) },
  tally: { count: 4, toSource: ({ secret }) => sources.tally({ secret }) },
  typeform: { count: 5, toSource: ({ secret }) => sources.typeform({ secret }) },
  workos: { count: 7, toSource: ({ secret }) => sources.workos({ secret }) },
  zendesk: { count: 4, toSource: ({ secret }) => sources.zendesk({ secret }) },
};

for (const [file, { count, toSource }] of Object.entries(FILES)) {
  describe(`vectors of ${file}`, () => {
    const all = readVectors(file);

    it(`are ${count}`, () => expect(all).to.have.length(count));

    for (const vector of all) {
      it(`${vector.expect}: ${vector.name} (${vector.why})`, async () => {
        expect(await verifyVector(toSource(vector), vector)).to.equal(vector.expect);
      });
    }
  });
}
