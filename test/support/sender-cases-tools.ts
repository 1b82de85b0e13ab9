import { generateKeyPairSync } from 'node:crypto';
import { awsSns, circleci, gitlab, pagerduty } from '@hookline/core/sources';
import { aCertificate } from './certificates.js';
import type { SenderCases } from './sender-case.js';

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:orders';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const certificate = aCertificate('sns.amazonaws.com', rsa);

export const senderCases: SenderCases = {
  circleci: { source: () => circleci({ secret: 'secret' }), takesAny: true },
  pagerduty: { source: () => pagerduty({ secret: 'secret' }), takesAny: true },
  gitlab: {
    source: () => gitlab({ secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }),
    coveredBody: (body) => [{ from: 0, to: body.length }],
  },
  aws_sns: {
    source: () => awsSns({ topicArn, fetchText: () => certificate }),
    unsigned: {
      data: { Message: 'order paid', TopicArn: topicArn },
      secret: rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    },
    coveredBody: (body) =>
      ['order paid', topicArn, 'Notification'].map((text) => {
        const from = body.indexOf(text);
        return { from, to: from + text.length };
      }),
  },
};
