import { createHub } from '@hookline/core';
import { type Receiver, startReceiver } from '@hookline/core/testing';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { RecordingLogger } from '../../support/recording-logger.js';

const EVENTS = 150;

describe('a rotation under load', () => {
  let receiver: Receiver;
  before(async () => {
    receiver = await startReceiver();
  });
  after(() => receiver.close());

  const isSignedBy = (secret: string) => {
    const reference = new Webhook(secret);
    return ({ body, headers }: Receiver['requests'][number]) => {
      try {
        reference.verify(body.toString('utf8'), { ...headers });
        return true;
      } catch {
        return false;
      }
    };
  };

  it('leaves no request unsigned, has both secrets sign while they overlap, and the new one alone after that', async () => {
    const delivery = { allowAddresses: ['127.0.0.0/8'] };
    const hub = createHub({ logger: new RecordingLogger(), delivery });
    const { webhook, secret: first } = await hub.webhooks.create({ url: receiver.url, subscriptions: ['*'] });
    const send = async (during = async () => {}) => {
      const from = receiver.requests.length;
      const sending = Array.from({ length: EVENTS }, (_, i) => hub.dispatch('order.paid', { i }));
      while (receiver.requests.length < from + EVENTS / 3) await new Promise(setImmediate);
      await during();
      await Promise.all(sending);
      await hub.drain();
      const sent = receiver.requests.slice(from);
      expect(sent).to.have.length(EVENTS);
      return sent;
    };
    let second = '';
    const whileRotating = await send(async () => {
      second = await hub.webhooks.rotateSecret(webhook.id);
    });
    expect(whileRotating.every(isSignedBy(first))).to.equal(true);
    const overlapping = await send();
    expect(overlapping.every(isSignedBy(first))).to.equal(true);
    expect(overlapping.every(isSignedBy(second))).to.equal(true);
    let third = '';
    const whileEnding = await send(async () => {
      third = await hub.webhooks.rotateSecret(webhook.id, { overlapMs: 0 });
    });
    const [isSecond, isThird] = [isSignedBy(second), isSignedBy(third)];
    expect(whileEnding.every((request) => isSecond(request) || isThird(request))).to.equal(true);
    const after = await send();
    expect(after.every(isThird)).to.equal(true);
    expect(after.some(isSignedBy(first)) || after.some(isSecond)).to.equal(false);
    await hub.close();
  });
});
