import type { AnySource } from '@hookline/core';
import * as sources from '@hookline/core/sources';
import { expect } from 'chai';
import { expectError } from '../../../support/expect-error.js';
import { readVectors, type Vector } from '../../../support/read-vectors.js';
import { verifyVector } from '../../../support/verify-vector.js';

/** How many entries each file has: a vector that is lost must not look like one that passes. */
const FILES: Readonly<Record<string, { count: number; toSource: (vector: Vector) => AnySource }>> = {
  discord: { count: 6, toSource: ({ secret }) => sources.discord({ secret }) },
  line: { count: 4, toSource: ({ secret }) => sources.line({ secret }) },
  mailgun: { count: 6, toSource: ({ secret }) => sources.mailgun({ secret }) },
  mandrill: { count: 4, toSource: ({ secret }) => sources.mandrill({ secret }) },
  'messagebird-jwt': { count: 18, toSource: ({ secret }) => sources.messagebird({ secret }) },
  meta: {
    count: 6,
    toSource: ({ secret, kind }) =>
      kind === 'challenge'
        ? sources.meta({ secret: 'other', verifyToken: secret })
        : sources.meta({ secret }),
  },
  pusher: {
    count: 3,
    toSource: ({ secret, publicKey = '' }) => sources.pusher({ secret, key: publicKey }),
  },
  sendgrid: { count: 7, toSource: ({ secret }) => sources.sendgrid({ secret }) },
  slack: { count: 8, toSource: ({ secret }) => sources.slack({ secret }) },
  telegram: { count: 3, toSource: ({ secret }) => sources.telegram({ secret }) },
  twilio: { count: 17, toSource: ({ secret }) => sources.twilio({ secret }) },
  'x-twitter': { count: 6, toSource: ({ secret }) => sources.xTwitter({ secret }) },
  zoom: { count: 8, toSource: ({ secret }) => sources.zoom({ secret }) },
};

for (const [file, { count, toSource }] of Object.entries(FILES)) {
  describe(`vectors of ${file}`, () => {
    const all = readVectors(file);

    it(`are ${count}`, () => expect(all).to.have.length(count));

    for (const vector of all.filter(({ kind }) => kind !== 'challenge')) {
      it(`${vector.expect}: ${vector.name} (${vector.why})`, async () => {
        expect(await verifyVector(toSource(vector), vector)).to.equal(vector.expect);
      });
    }

    for (const vector of all.filter(({ kind }) => kind === 'challenge')) {
      it(`${vector.expect}: ${vector.name} (${vector.why})`, async () => {
        const asked = async () => toSource(vector).handshake(vector);
        if (vector.expect === 'invalid') return expectError('SIGNATURE_MISMATCH', asked);
        const answer = await asked();
        const body = file === 'x-twitter' ? { response_token: vector.response } : vector.response;
        expect(answer).to.deep.include({ status: 200, body });
      });
    }
  });
}
