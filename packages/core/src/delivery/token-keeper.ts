import type { HttpClient, HttpReply } from '../ports/http-client.js';
import { type AccessToken, basicAuth, type Denied } from './access.js';
import type { FailureReason } from './attempt.js';
import type { OAuth2 } from './credentials.js';
import { restMs } from './judge-reply.js';

/** A token is used no more this long before it ends, or for the second half of a short life. */
const MARGIN_MS = 30_000;
const DEFAULT_LIFE_MS = 5 * 60_000;
/** A token endpoint that asks for time is left alone by all of a webhook's deliveries, for no longer than this. */
const MAX_REST_MS = 60_000;
const MAX_KEPT = 10_000;
const MAX_BYTES = 65_536;
/** Codes of RFC 6749, section 5.2. Whatever else an endpoint says might repeat what it was sent. */
const ERROR_CODES: ReadonlySet<unknown> = new Set([
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_grant_type',
]);

type Given = AccessToken | Denied;

/** What a token endpoint gave, and until when that stands. */
interface Kept {
  readonly given: Given;
  readonly until: number;
}

export interface TokenRequest {
  readonly now: number;
  readonly timeoutMs: number;
}

/** Gets and keeps access tokens by client credentials (RFC 6749, section 4.4), through the same guarded client as deliveries. */
export class TokenKeeper {
  readonly #http: HttpClient;
  readonly #kept = new Map<string, Kept>();
  readonly #asking = new Map<string, Promise<Given>>();

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /**
   * A promise only where the token endpoint has to be asked. Many who ask at once get the answer to one request.
   *
   * @param name tells one set of credentials from another
   */
  tokenOf(name: string, auth: OAuth2, { now, timeoutMs }: TokenRequest): Given | Promise<Given> {
    const kept = this.#kept.get(name);
    if (kept && kept.until > now) return stillOf(kept, now);
    // whoever joins has begun later, and with the same deadline: so it is over before theirs
    const key = `${timeoutMs} ${name}`;
    return this.#asking.get(key) ?? this.#begin(key, () => this.#ask(name, auth, { now, timeoutMs }));
  }

  /** The token is not given out any more. */
  drop(token: AccessToken): void {
    if (this.#kept.get(token.name)?.given === token) this.#kept.delete(token.name);
  }

  #begin(key: string, ask: () => Promise<Given>): Promise<Given> {
    const asking = ask().finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  async #ask(name: string, auth: OAuth2, { now, timeoutMs }: TokenRequest): Promise<Given> {
    const reply = await this.#http.send({ ...tokenRequest(auth), timeoutMs, maxResponseBytes: MAX_BYTES });
    const { given, lifeMs } = readToken(name, reply, now);
    if (lifeMs > 0) this.#keep(name, { given, until: now + lifeMs });
    return given;
  }

  #keep(name: string, kept: Kept): void {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(name, kept);
  }
}

function stillOf({ given, until }: Kept, now: number): Given {
  return given.kind === 'token' ? given : { ...given, notBeforeMs: until - now };
}

/** By default the client is known by basic auth, which every server must take (RFC 6749, section 2.3.1). */
function tokenRequest({ tokenUrl, clientId, clientSecret, scope, audience, clientAuth = 'basic' }: OAuth2) {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scope !== undefined) form.set('scope', scope);
  if (audience !== undefined) form.set('audience', audience);
  if (clientAuth === 'post') {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
  }
  const authorization = basicAuth(encodeURIComponent(clientId), encodeURIComponent(clientSecret));
  return {
    url: tokenUrl,
    body: Buffer.from(form.toString()),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      ...(clientAuth === 'basic' && { authorization }),
    },
  };
}

interface Reading {
  readonly given: Given;
  /** For how long it may be kept. */
  readonly lifeMs: number;
}

function readToken(name: string, reply: HttpReply, now: number): Reading {
  if (reply.kind === 'error') return passing(denied(`no answer (${reply.reason})`, reasonOf(reply.reason)));
  const { status, headers, body } = reply;
  const { access_token: token, expires_in: expiresIn, token_type: type = 'bearer', error } = parse(body);
  if (status < 200 || status > 299) {
    const notBeforeMs = restMs(status, headers, now);
    const code = ERROR_CODES.has(error) ? ` (${error})` : '';
    const given = { ...denied(`status ${status}${code}`), notBeforeMs };
    return { given, lifeMs: Math.min(notBeforeMs, MAX_REST_MS) };
  }
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
    return passing(denied('an answer without a token'));
  // some say BearerToken; what is of another type must not be used (RFC 6749, section 7.1)
  if (!/^bearer/i.test(String(type))) return passing(denied('a token that is of another type than Bearer'));
  return { given: { kind: 'token', name, token }, lifeMs: lifeOf(Number(expiresIn)) };
}

function passing(given: Denied): Reading {
  return { given, lifeMs: 0 };
}

function lifeOf(seconds: number): number {
  const lifeMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : DEFAULT_LIFE_MS;
  return lifeMs - Math.min(MARGIN_MS, lifeMs / 2);
}

function parse(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A forward proxy that fails is no matter of credentials. */
function reasonOf(reason: FailureReason): Denied['reason'] {
  return reason === 'proxy' ? reason : 'auth';
}

function denied(got: string, reason: Denied['reason'] = 'auth'): Denied {
  const message = `The token endpoint gave ${got}: nothing was sent to the receiver.`;
  return { kind: 'denied', reason, message, notBeforeMs: 0 };
}
