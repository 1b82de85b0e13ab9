import { createSign } from 'node:crypto';
import { awsSns } from '@hookline/core/sources';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { expectError } from '../../../support/expect-error.js';

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:orders';
const certificateUrl = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b.pem';
const subscribeUrl = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc';
const now = Date.parse('2026-05-02T00:54:06.655Z');

const identity = await generate([{ name: 'commonName', value: 'sns.amazonaws.com' }], {
  keyType: 'rsa',
  algorithm: 'sha256',
});

type Message = Readonly<Record<string, unknown>>;

const notification: Message = {
  Type: 'Notification',
  MessageId: 'message-1',
  TopicArn: topicArn,
  Message: 'paid',
  Timestamp: '2026-05-02T00:54:06.655Z',
  SignatureVersion: '2',
  SigningCertURL: certificateUrl,
};
const confirmation: Message = {
  ...notification,
  Type: 'SubscriptionConfirmation',
  Token: 'abc',
  SubscribeURL: subscribeUrl,
};

/** By the recipe of SNS's documentation: names and values by turns, a line each. */
function sign(message: Message): string {
  const names =
    message.Type === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names.filter((name) => name in message).map((name) => `${name}\n${message[name]}\n`);
  const algorithm = message.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  return createSign(algorithm).update(text.join('')).sign(identity.private, 'base64');
}

function requestOf(message: Message, changed: Message = {}) {
  const body = JSON.stringify({ ...message, Signature: sign(message), ...changed });
  return { method: 'POST', headers: { 'content-type': 'text/plain; charset=UTF-8' }, body };
}

/** A source whose SNS is here: what it fetched, in order. */
function aSource(answer: (url: string) => Promise<string> = async () => identity.cert) {
  const fetched: string[] = [];
  const fetchText = (url: string) => {
    fetched.push(url);
    return answer(url);
  };
  return { fetched, source: awsSns({ topicArn, fetchText }) };
}

describe('awsSns()', () => {
  for (const message of [
    notification,
    { ...notification, SignatureVersion: '1' },
    { ...notification, Subject: 'Order' },
  ])
    it(`verifies a notification, version ${message.SignatureVersion}, with ${Object.keys(message).length} fields`, async () => {
      const { source } = aSource();
      const verified = await source.verify(requestOf(message), now);
      expect(verified).to.include({ id: 'message-1', type: 'notification' });
      expect(verified.data).to.include({ Message: 'paid' });
    });

  it('fetches a certificate once', async () => {
    const { source, fetched } = aSource();
    await Promise.all([1, 2, 3].map(() => source.verify(requestOf(notification), now)));
    expect(fetched).to.deep.equal([certificateUrl]);
  });

  for (const [what, change] of [
    ['a message that was changed', { Message: 'PAID' }],
    ['a subject that was added', { Subject: 'Order' }],
    ['another type', { Type: 'UnsubscribeConfirmation', SubscribeURL: '', Token: '' }],
    ['a type that SNS does not have', { Type: 'constructor' }],
    ['a version that SNS does not have', { SignatureVersion: '3' }],
    ['the algorithm of the other version', { SignatureVersion: '1' }],
    ['a signature that is none', { Signature: 'AAAA' }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { source } = aSource();
      await expectError('SIGNATURE_MISMATCH', () => source.verify(requestOf(notification, change), now));
    });
  }

  it('refuses a message of another topic, though SNS signed it, without fetching anything', async () => {
    const { source, fetched } = aSource();
    const foreign = { ...notification, TopicArn: 'arn:aws:sns:eu-west-1:999999999999:orders' };
    await expectError('SIGNATURE_MISMATCH', () => source.verify(requestOf(foreign), now));
    expect(fetched).to.deep.equal([]);
  });

  for (const url of [
    'http://sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com.evil.example/a.pem',
    'https://evil.example/sns.eu-west-1.amazonaws.com/a.pem',
    'https://user@sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com:8443/a.pem',
    'https://sns.eu-west-1.amazonaws.com/a.pem?another',
    'https://sns.eu-west-1.amazonaws.com/a',
    'https://sns.eu-west-1.amazonaws.com/a/b.pem',
    'not a URL',
  ]) {
    it(`never fetches ${url}`, async () => {
      const { source, fetched } = aSource();
      const message = { ...notification, SigningCertURL: url };
      await expectError('SIGNATURE_MISMATCH', () => source.verify(requestOf(message), now));
      expect(fetched).to.deep.equal([]);
    });
  }

  it('refuses a body without a signature, and one that lacks a field', async () => {
    const { source } = aSource();
    const { Message: _, ...rest } = notification;
    await expectError('SIGNATURE_MISSING', () => source.verify({ headers: {}, body: 'raw message' }, now));
    await expectError('REQUEST_INCOMPLETE', () => source.verify(requestOf(rest), now));
    const numbered = requestOf({ ...notification, Message: '1' }, { Message: 1 });
    await expectError('REQUEST_INCOMPLETE', () => source.verify(numbered, now));
  });

  it('lets the sender try again where its certificate cannot be had', async () => {
    const { source } = aSource(async () => 'no certificate');
    await expectError('KEY_UNAVAILABLE', () => source.verify(requestOf(notification), now));
  });

  it('takes messages of any age, unless told', async () => {
    const { source } = aSource();
    const week = 7 * 86_400_000;
    expect((await source.verify(requestOf(notification), now + week)).id).to.equal('message-1');
    const strict = awsSns({ topicArn, fetchText: async () => identity.cert, toleranceS: 3_600 });
    await expectError('TIMESTAMP_OUT_OF_RANGE', () => strict.verify(requestOf(notification), now + week));
  });

  it('confirms a subscription to its topic', async () => {
    const { source, fetched } = aSource();
    expect(await source.handshake(requestOf(confirmation), now)).to.deep.equal({ status: 200 });
    expect(fetched).to.deep.equal([certificateUrl, subscribeUrl]);
  });

  it('confirms nothing that is forged, or that leads elsewhere', async () => {
    const { source, fetched } = aSource();
    const evil = { SubscribeURL: 'https://evil.example/' };
    await expectError('SIGNATURE_MISMATCH', () => source.handshake(requestOf(confirmation, evil), now));
    await expectError('SIGNATURE_MISMATCH', () =>
      source.handshake(requestOf({ ...confirmation, ...evil }), now),
    );
    expect(fetched).to.deep.equal([certificateUrl]);
  });

  it('asks the sender to come again where a subscription cannot be confirmed', async () => {
    const { source } = aSource(async (url) => {
      if (url === subscribeUrl) throw new Error('unreachable');
      return identity.cert;
    });
    await expectError('SUBSCRIPTION_UNCONFIRMED', () => source.handshake(requestOf(confirmation), now));
  });

  it('has no handshake for notifications', async () => {
    const { source, fetched } = aSource();
    expect(await source.handshake(requestOf(notification), now)).to.equal(null);
    expect(fetched).to.deep.equal([]);
  });

  it('says that only SNS can sign, unless a private key is given', async () => {
    const { source } = aSource();
    await expectError('SIGN_UNSUPPORTED', () => source.sign({ data: notification }));
    const signed = source.sign({
      data: { Message: 'hi', TopicArn: topicArn },
      secret: identity.private,
      now,
    });
    expect((await source.verify(signed, now)).data).to.include({ Message: 'hi' });
  });

  for (const wrong of [undefined, '', [], 'orders', ['arn:aws:sns:eu-west-1:123456789012:orders', '*']]) {
    it(`cannot be made with ${JSON.stringify(wrong)} for topics`, async () => {
      await expectError('OPTION_INVALID', () => awsSns({ topicArn: wrong as string }));
    });
  }
});
