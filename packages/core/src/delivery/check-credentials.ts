import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { type UrlPolicy, urlProblem } from './guard-url.js';

const MAX_HEADERS = 50;
const MAX_HEADER_BYTES = 8_192;
const MAX_TEXT_LENGTH = 65_536;
/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110, section 5.5, but for bytes beyond ASCII, which nobody reads in the same way. */
const HEADER_VALUE = /^[\x20-\x7e\t]*$/;

/**
 * What the connection, the body or Hookline itself speaks by; what says for whom a request comes, or what it is, where
 * somebody on the way believes it: proxies and frameworks take an address, a host, a path or a method from such headers.
 * `authorization` comes from `auth`.
 */
const RESERVED = new Set([
  'accept-encoding',
  'authorization',
  'cf-connecting-ip',
  'client-ip',
  'connection',
  'cookie',
  'cookie2',
  'date',
  'expect',
  'fastly-client-ip',
  'forwarded',
  'host',
  'http2-settings',
  'keep-alive',
  'origin',
  'stripe-signature',
  'te',
  'trailer',
  'true-client-ip',
  'upgrade',
  'user-agent',
  'via',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-host',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-real-ip',
  'x-rewrite-url',
]);
const RESERVED_PREFIXES = [
  'content-',
  'hookline-',
  'proxy-',
  'sec-',
  'svix-',
  'transfer-',
  'webhook-',
  'x-chatwoot-',
  'x-forwarded-',
  'x-github-',
  'x-hub-signature',
  'x-original-',
];

/** Says what is wrong with headers that an app or an account wants sent, or null. */
export function headersProblem(value: unknown): string | null {
  if (!isRecord(value)) return 'expected an object of names and values';
  const entries = Object.entries(value);
  if (entries.length > MAX_HEADERS) return `expected at most ${MAX_HEADERS} headers`;
  const names = new Set(entries.map(([name]) => name.toLowerCase()));
  if (names.size < entries.length) return 'two names differ only by their case';
  const bytes = entries.reduce((sum, [name, text]) => sum + name.length + String(text).length, 0);
  if (bytes > MAX_HEADER_BYTES) return `expected at most ${MAX_HEADER_BYTES} bytes of names and values`;
  return entries.map(([name, text]) => headerProblem(name, text)).find((problem) => problem !== null) ?? null;
}

function headerProblem(name: string, value: unknown): string | null {
  const shown = JSON.stringify(name.slice(0, 100));
  if (!TOKEN.test(name)) return `${shown} is no name of a header`;
  const lower = name.toLowerCase();
  if (lower === 'authorization') return `${shown} is set by \`auth\``;
  const isReserved = RESERVED.has(lower) || RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix));
  if (isReserved) return `${shown} is reserved`;
  if (typeof value !== 'string' || !HEADER_VALUE.test(value))
    return `the value of ${shown} is not of visible ASCII`;
  return null;
}

/** Says what is wrong with an auth, or null. Never repeats a value. */
export function authProblem(value: unknown, { urlPolicy }: { readonly urlPolicy: UrlPolicy }): string | null {
  if (!isRecord(value)) return 'expected an object with a type';
  if (value.type === 'basic') return basicProblem(value);
  if (value.type === 'bearer') return fieldsProblem(value, ['token'], []) ?? visible(value.token, 'token');
  if (value.type !== 'oauth2') return 'type: expected "basic", "bearer" or "oauth2"';
  const problem = fieldsProblem(
    value,
    ['tokenUrl', 'clientId', 'clientSecret'],
    ['scope', 'audience', 'clientAuth'],
  );
  if (problem !== null) return problem;
  const { clientAuth = 'basic', tokenUrl } = value;
  if (clientAuth !== 'basic' && clientAuth !== 'post') return 'clientAuth: expected "basic" or "post"';
  const urlIssue = urlProblem(tokenUrl, urlPolicy);
  return urlIssue === null ? null : `tokenUrl: ${urlIssue}`;
}

function basicProblem(value: Readonly<Record<string, unknown>>): string | null {
  const problem = fieldsProblem(value, ['username', 'password'], []);
  if (problem !== null) return problem;
  return String(value.username).includes(':') ? 'username: a colon cannot be in it (RFC 7617)' : null;
}

function fieldsProblem(
  value: Readonly<Record<string, unknown>>,
  required: readonly string[],
  optional: readonly string[],
): string | null {
  const unknown = Object.keys(value).find((name) => ![...required, ...optional, 'type'].includes(name));
  if (unknown !== undefined) return `${JSON.stringify(unknown.slice(0, 100))} is no field of it`;
  const missing = required.find((name) => !isText(value[name]));
  if (missing !== undefined) return `${missing}: expected text`;
  const wrong = optional.find((name) => value[name] !== undefined && !isText(value[name]));
  return wrong === undefined ? null : `${wrong}: expected text`;
}

function visible(value: unknown, name: string): string | null {
  return /^[\x21-\x7e]+$/.test(String(value)) ? null : `${name}: expected visible ASCII`;
}

/** Says what is wrong with a TLS client certificate, or null: found out by loading it. */
export function tlsProblem(value: unknown): string | null {
  if (!isRecord(value)) return 'expected PEM texts';
  const problem = fieldsProblem(value, [], ['cert', 'privateKey', 'passphrase', 'ca']);
  if (problem !== null) return problem;
  const { cert, privateKey, passphrase, ca } = value as Readonly<Record<string, string | undefined>>;
  if ((cert === undefined) !== (privateKey === undefined)) return 'expected cert and privateKey together';
  if (cert === undefined && ca === undefined) return 'expected cert and privateKey, or ca, or all of them';
  const authority = ca === undefined ? null : loading('ca', () => new X509Certificate(ca));
  const identity = {
    ...(cert && { cert }),
    ...(privateKey && { key: privateKey }),
    ...(passphrase && { passphrase }),
  };
  return authority ?? loading('cert and privateKey', () => createSecureContext(identity));
}

/** What OpenSSL says names no content. */
function loading(what: string, load: () => unknown): string | null {
  try {
    load();
    return null;
  } catch (error) {
    return `${what}: cannot be loaded (${(error as Error).message})`;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT_LENGTH && !value.includes('\0')
  );
}
