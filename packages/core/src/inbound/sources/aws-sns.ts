import { HooklineError } from '../../errors.js';
import type { HttpResponse } from '../../http/types.js';
import { createSource } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { textAt } from '../request-field.js';
import { type FetchText, fetchText } from '../schemes/fetched-key.js';
import { isSnsUrl, snsMessages } from '../schemes/sns-message.js';
import type { OwnSourceMaker, Sender, SourceOptions } from '../sender.js';
import type { AsyncSource } from '../source.js';

export interface AwsSnsOptions extends SourceOptions {
  /** The topic, `arn:aws:sns:eu-west-1:123456789012:orders`, or several: messages of others are refused. */
  readonly topicArn: string | readonly string[];
  /**
   * Fetches SNS's certificates, and the URL that confirms a subscription: never any URL that is not SNS's own. Default: an
   * HTTPS request of 5 s at most.
   */
  readonly fetchText?: FetchText;
}

const KIND = 'aws_sns';
const ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/;

/**
 * Amazon SNS by HTTPS, without raw message delivery, which is not signed. Signed are fields of the body, with a key that SNS
 * publishes and that is fetched once an hour from a host of its own; RSA with SHA-1 or SHA-256, as the topic has it.
 *
 * Anybody with an AWS account can have SNS sign a message: so there is no secret, and the topics must be named. A
 * subscription to one of them is confirmed as it comes, and becomes no event; the other types are `notification` and
 * `unsubscribe_confirmation`. SNS repeats a message for days with its first `Timestamp`: `toleranceS` is Infinity unless set.
 *
 * Throws OPTION_INVALID. Its `verify` may throw KEY_UNAVAILABLE, its `handshake` SUBSCRIPTION_UNCONFIRMED besides.
 */
export const awsSns: OwnSourceMaker<AwsSnsOptions, AsyncSource> = Object.assign(
  (options: AwsSnsOptions) => {
    const topicArns = requireTopics(options?.topicArn);
    return createSource(describe(options.fetchText), options, topicArns) as AsyncSource;
  },
  { sender: describe() },
);

function describe(fetch: FetchText = (url) => fetchText(KIND, url)): Sender {
  return {
    kind: KIND,
    title: 'Amazon SNS',
    docs: 'https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html',
    evidence: 'sdk',
    ownOptions: ['topicArn', 'fetchText'],
    scheme: snsMessages(KIND, fetch),
    id: { path: 'MessageId' },
    type: { path: 'Type' },
    async handshake(request, { check }) {
      if (!isSubscription(request)) return null;
      await check();
      return confirm(request, fetch);
    },
    needsOnlySecret: false,
    uncovered: '`MessageAttributes` and `UnsubscribeURL`',
  };
}

function isSubscription({ method, content }: ReceivedRequest): boolean {
  return method === 'POST' && textAt(content.data, 'Type') === 'SubscriptionConfirmation';
}

/** Throws SIGNATURE_MISMATCH for a URL that is not SNS's own, SUBSCRIPTION_UNCONFIRMED. */
async function confirm({ content }: ReceivedRequest, fetch: FetchText): Promise<HttpResponse> {
  const url = textAt(content.data, 'SubscribeURL') ?? '';
  if (!isSnsUrl(url)) throw new HooklineError('SIGNATURE_MISMATCH', { source: KIND });
  try {
    await fetch(url);
    return { status: 200 };
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new HooklineError('SUBSCRIPTION_UNCONFIRMED', { source: KIND, problem }, cause);
  }
}

function requireTopics(topicArn: unknown): readonly string[] {
  const topicArns = [topicArn].flat();
  const isRight = topicArns.length > 0 && topicArns.every((arn) => typeof arn === 'string' && ARN.test(arn));
  if (isRight) return topicArns as readonly string[];
  const expected = 'the ARN of a topic, arn:aws:sns:<region>:<account>:<name>, or several';
  throw new HooklineError('OPTION_INVALID', {
    option: 'topicArn',
    expected,
    got: JSON.stringify(topicArn) ?? 'undefined',
  });
}
