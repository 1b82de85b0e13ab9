import type { AnySource } from '@hookline/core';
import * as sources from '@hookline/core/sources';
import { expect } from 'chai';
import { readVectors, type Vector } from '../../../support/read-vectors.js';
import { verifyVector } from '../../../support/verify-vector.js';

const TOPIC = 'arn:aws:sns:us-west-2:123456789012:MyTopic';

/** How many entries each file has: a vector that is lost must not look like one that passes. */
const FILES: Readonly<Record<string, { count: number; toSource: (vector: Vector) => AnySource }>> = {
  aftership: { count: 4, toSource: ({ secret }) => sources.aftership({ secret }) },
  attio: { count: 4, toSource: ({ secret }) => sources.attio({ secret }) },
  'aws-sns': {
    count: 9,
    toSource: ({ certificate = '' }) =>
      sources.awsSns({ topicArn: TOPIC, fetchText: async () => certificate }),
  },
  'basic-auth': {
    count: 4,
    toSource: ({ secret }) => sources.supabase({ secret: `Basic ${Buffer.from(secret).toString('base64')}` }),
  },
  bitbucket: { count: 7, toSource: ({ secret }) => sources.bitbucket({ secret }) },
  circleci: { count: 5, toSource: ({ secret }) => sources.circleci({ secret }) },
  clickup: { count: 4, toSource: ({ secret }) => sources.clickup({ secret }) },
  fourthwall: { count: 4, toSource: ({ secret }) => sources.fourthwall({ secret }) },
  'generic-hmac': { count: 13, toSource: toConvoy },
  gitea: { count: 4, toSource: ({ secret }) => sources.gitea({ secret }) },
  github: { count: 9, toSource: ({ secret }) => sources.github({ secret }) },
  gitlab: { count: 4, toSource: ({ secret }) => sources.gitlab({ secret }) },
  heroku: { count: 4, toSource: ({ secret }) => sources.heroku({ secret }) },
  jira: { count: 4, toSource: ({ secret }) => sources.jira({ secret }) },
  launchdarkly: { count: 4, toSource: ({ secret }) => sources.launchdarkly({ secret }) },
  sentry: { count: 4, toSource: ({ secret }) => sources.sentry({ secret }) },
  todoist: { count: 4, toSource: ({ secret }) => sources.todoist({ secret }) },
};

function toConvoy({ secret, mode, hash, encoding = 'hex', tolerance = 300 }: Vector): AnySource {
  const algorithm = hash === 'SHA512' ? 'sha512' : 'sha256';
  if (mode === 'simple') return sources.convoy({ secret, signatures: 'simple', algorithm, encoding });
  return sources.convoy({ secret, algorithm, encoding, toleranceS: tolerance });
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
