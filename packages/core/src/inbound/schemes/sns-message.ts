import { type KeyObject, X509Certificate } from 'node:crypto';
import { HooklineError } from '../../errors.js';
import { valueAt } from '../request-field.js';
import { FetchedKeys, type FetchText } from './fetched-key.js';
import { importPrivateKey } from './key-format.js';
import type { CheckContext, Draft, Scheme, SignContext } from './scheme.js';
import { assertFresh, readTimestamp, type TimestampRule } from './signed-timestamp.js';
import { publicKey, signWith } from './verification-key.js';

const SUBSCRIPTION = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
/** What is signed, in this order. */
const SIGNED: ReadonlyMap<string, readonly string[]> = new Map([
  ['Notification', ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']],
  ['SubscriptionConfirmation', SUBSCRIPTION],
  ['UnsubscribeConfirmation', SUBSCRIPTION],
]);
const DIGESTS: ReadonlyMap<string, 'sha1' | 'sha256'> = new Map([
  ['1', 'sha1'],
  ['2', 'sha256'],
]);
/** SNS tries for days, with the time at which a message was published: whoever wants a limit sets it. */
const TIMESTAMP: TimestampRule = {
  from: { paths: ['Timestamp'] },
  format: 'rfc3339',
  past: Number.POSITIVE_INFINITY,
  future: Number.POSITIVE_INFINITY,
};
const HOST = /^sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?$/;
const CERTIFICATE_PATH = /^\/[\w.-]+\.pem$/;

/** Messages of Amazon SNS: signed fields of their JSON, by a certificate that they name. A key is the ARN of a topic. */
export function snsMessages(kind: string, fetchText: FetchText): Scheme<string> {
  const certificates = new FetchedKeys(kind, (url) => fetchKey(kind, url, fetchText));
  return {
    secretHeaders: [],
    tolerance: TIMESTAMP,
    coversBody: false,
    signsUrl: false,
    toKey: (topicArn) => topicArn,
    async check(request, topicArns, context) {
      const { data } = request.content;
      const { fields, signature, digest, certificateUrl } = readMessage(data, context);
      if (!topicArns.includes(fields.get('TopicArn') ?? '')) throw mismatch(context);
      const key = await certificates.get(certificateUrl, context.now);
      const isRight = publicKey(key, { digest, encoding: 'base64', label: null }).checker([toText(fields)]);
      if (!isRight(signature)) throw mismatch(context);
      const timestamp = readTimestamp(TIMESTAMP, { request, items: [], signatureHeader: '' });
      assertFresh(TIMESTAMP, timestamp, context.tolerance ?? TIMESTAMP, context.now);
    },
    sign: (draft, secret, context) => signMessage(draft, secret, context),
  };
}

/** Only SNS itself, so that nobody makes this process call whom he likes. */
export function isSnsUrl(text: string): boolean {
  try {
    const { origin, hostname, username } = new URL(text);
    return origin === `https://${hostname}` && HOST.test(hostname) && username === '';
  } catch {
    return false;
  }
}

interface SnsMessage {
  readonly fields: ReadonlyMap<string, string>;
  readonly signature: string;
  readonly digest: 'sha1' | 'sha256';
  readonly certificateUrl: string;
}

/** Throws SIGNATURE_MISSING, SIGNATURE_MISMATCH, REQUEST_INCOMPLETE. */
function readMessage(data: unknown, context: CheckContext): SnsMessage {
  const signature = textOf(data, 'Signature');
  if (signature === null) throw new HooklineError('SIGNATURE_MISSING', { header: '(body) Signature' });
  const digest = DIGESTS.get(requireText(data, 'SignatureVersion'));
  const certificateUrl = requireText(data, 'SigningCertURL');
  if (digest === undefined || !isCertificateUrl(certificateUrl)) throw mismatch(context);
  return { fields: readFields(data, context), signature, digest, certificateUrl };
}

function readFields(data: unknown, context: CheckContext): ReadonlyMap<string, string> {
  const names = SIGNED.get(requireText(data, 'Type'));
  if (names === undefined) throw mismatch(context);
  const present = names.filter((name) => name !== 'Subject' || textOf(data, name) !== null);
  return new Map(present.map((name) => [name, requireText(data, name)]));
}

function toText(fields: ReadonlyMap<string, string>): string {
  return [...fields].map(([name, value]) => `${name}\n${value}\n`).join('');
}

/** Nothing behind the path: each URL is another certificate to fetch. */
function isCertificateUrl(text: string): boolean {
  if (!isSnsUrl(text)) return false;
  const { pathname, search, hash } = new URL(text);
  return CERTIFICATE_PATH.test(pathname) && search === '' && hash === '';
}

async function fetchKey(kind: string, url: string, fetchText: FetchText): Promise<KeyObject> {
  const pem = await fetchText(url);
  try {
    return new X509Certificate(pem).publicKey;
  } catch (cause) {
    throw new HooklineError('KEY_UNAVAILABLE', { source: kind, url, problem: 'it is no certificate' }, cause);
  }
}

function signMessage(draft: Draft, secret: string, { kind, now, id }: SignContext): Partial<Draft> {
  if (secret.startsWith('arn:'))
    throw new HooklineError('SIGN_UNSUPPORTED', {
      source: kind,
      problem: 'its private keys are kept by SNS',
    });
  const given = JSON.parse(draft.body.toString()) as Readonly<Record<string, unknown>>;
  const message = {
    Type: 'Notification',
    MessageId: id,
    Message: draft.body.toString(),
    Timestamp: new Date(now).toISOString(),
    SignatureVersion: '2',
    SigningCertURL: 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService.pem',
    ...given,
  };
  const fields = readFields(message, { kind, now, tolerance: null, url: () => draft.url });
  const digest = DIGESTS.get(message.SignatureVersion) ?? 'sha256';
  const Signature = signWith(importPrivateKey(secret), [toText(fields)], { digest, encoding: 'base64' });
  const headers = { ...draft.headers, 'content-type': 'text/plain; charset=UTF-8' };
  return { headers, body: Buffer.from(JSON.stringify({ ...message, Signature })) };
}

/** Texts and nothing else: a number is not what was signed. */
function textOf(data: unknown, name: string): string | null {
  const value = valueAt(data, name);
  return typeof value === 'string' ? value : null;
}

function requireText(data: unknown, name: string): string {
  const text = textOf(data, name);
  if (text !== null) return text;
  throw new HooklineError('REQUEST_INCOMPLETE', { what: `"${name}" in its JSON body` });
}

function mismatch({ kind }: Pick<CheckContext, 'kind'>): HooklineError {
  return new HooklineError('SIGNATURE_MISMATCH', { source: kind });
}
