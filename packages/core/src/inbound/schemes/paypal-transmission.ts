import { X509Certificate } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { HooklineError } from '../../errors.js';
import type { ReceivedRequest } from '../inbound-request.js';
import { FetchedKeys, type FetchText } from './fetched-key.js';
import { importPrivateKey } from './key-format.js';
import type { CheckContext, Draft, Scheme, SignContext } from './scheme.js';
import { assertFresh, readTimestamp, type TimestampRule } from './signed-timestamp.js';
import { publicKey, signWith } from './verification-key.js';

const NAMES = ['id', 'time', 'sig'].map((part) => `paypal-transmission-${part}`);
const [ID = '', TIME = '', SIGNATURE = ''] = NAMES;
const CERTIFICATE_URL = 'paypal-cert-url';
const ALGORITHM = 'paypal-auth-algo';
const TIMESTAMP: TimestampRule = {
  from: { headers: [TIME] },
  format: 'rfc3339',
  past: Number.POSITIVE_INFINITY,
  future: Number.POSITIVE_INFINITY,
};
const HOST = /^api(-m)?(\.sandbox)?\.paypal\.com$/;
const PATH = /^\/v1\/notifications\/[\w/-]{1,100}$/;
const OUTPUT = { digest: 'sha256', encoding: 'base64', label: null } as const;

/** PayPal's transmissions, by a certificate that they name. A key is the id of a webhook. */
export function paypalScheme(kind: string, fetchText: FetchText): Scheme<string> {
  const certificates = new FetchedKeys(kind, (url) => fetchCertificate(kind, url, fetchText));
  return {
    secretHeaders: [SIGNATURE],
    tolerance: TIMESTAMP,
    coversBody: false,
    signsUrl: false,
    toKey: (webhookId) => webhookId,
    async check(request, webhookIds, context) {
      const signature = requireHeader(request, SIGNATURE);
      const timestamp = readTimestamp(TIMESTAMP, { request, items: [], signatureHeader: SIGNATURE });
      const url = requireHeader(request, CERTIFICATE_URL);
      if (requireHeader(request, ALGORITHM) !== 'SHA256withRSA' || !isPaypalUrl(url)) throw mismatch(context);
      const certificate = await certificates.get(url, context.now);
      const key = publicKey(certificate.publicKey, OUTPUT);
      const isRight = webhookIds.some((webhookId) => key.checker([messageOf(request, webhookId)])(signature));
      if (!isRight || !isPaypals(certificate, context.now)) throw mismatch(context);
      assertFresh(TIMESTAMP, timestamp, context.tolerance ?? TIMESTAMP, context.now);
    },
    sign: signTransmission,
  };
}

function messageOf(request: Pick<ReceivedRequest, 'header' | 'body'>, webhookId: string): string {
  return [request.header(ID) ?? '', request.header(TIME) ?? '', webhookId, crc32(request.body)].join('|');
}

/** Nothing behind the path: each URL is another certificate to fetch. */
function isPaypalUrl(text: string): boolean {
  try {
    const { protocol, host, pathname, search, hash, username } = new URL(text);
    return protocol === 'https:' && HOST.test(host) && PATH.test(pathname) && search + hash + username === '';
  } catch {
    return false;
  }
}

/** It came from PayPal's own host over TLS; it must be about PayPal, too, and valid at the time. */
function isPaypals({ subject, validFrom, validTo }: X509Certificate, now: number): boolean {
  const isNamed = /^CN=([\w.-]+\.)?paypal\.com$/m.test(subject);
  return isNamed && Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}

async function fetchCertificate(kind: string, url: string, fetchText: FetchText): Promise<X509Certificate> {
  const pem = await fetchText(url);
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new HooklineError('KEY_UNAVAILABLE', { source: kind, url, problem: 'it is no certificate' }, cause);
  }
}

function requireHeader(request: ReceivedRequest, name: string): string {
  const value = request.header(name);
  if (value !== null) return value;
  if (name === SIGNATURE) throw new HooklineError('SIGNATURE_MISSING', { header: name });
  throw new HooklineError('REQUEST_INCOMPLETE', { what: `the header ${name}` });
}

/** The secret is `webhookId|` and the private key in PEM. */
function signTransmission(draft: Draft, secret: string, { kind, now, id }: SignContext): Partial<Draft> {
  const at = secret.indexOf('|');
  if (at < 0) {
    const problem =
      'its private keys are kept by PayPal: for tests, pass "webhookId|" and a private key in PEM';
    throw new HooklineError('SIGN_UNSUPPORTED', { source: kind, problem });
  }
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  const message = [id, time, secret.slice(0, at), crc32(draft.body)].join('|');
  return {
    headers: {
      ...draft.headers,
      [ID]: id,
      [TIME]: time,
      [ALGORITHM]: 'SHA256withRSA',
      [CERTIFICATE_URL]: 'https://api.paypal.com/v1/notifications/certs/CERT-test',
      [SIGNATURE]: signWith(importPrivateKey(secret.slice(at + 1)), [message], OUTPUT),
    },
  };
}

function mismatch({ kind }: Pick<CheckContext, 'kind'>): HooklineError {
  return new HooklineError('SIGNATURE_MISMATCH', { source: kind });
}
