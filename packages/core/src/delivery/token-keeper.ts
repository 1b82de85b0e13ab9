import type { HttpClient, HttpReply } from '../ports/http-client.js';
import { basicAuth, type Denied } from './access.js';
import type { FailureReason } from './attempt.js';
import type { OAuth2 } from './credentials.js';

/** A token is used no more this long before it ends. */
const MARGIN_MS = 30_000;
const DEFAULT_LIFE_MS = 5 * 60_000;
const MAX_TOKENS = 10_000;
const MAX_BYTES = 65_536;

interface Token {
  readonly kind: 'token';
  readonly token: string;
  readonly usableUntil: number;
}

export interface TokenRequest {
  readonly now: number;
  readonly timeoutMs: number;
}

/** Gets and keeps access tokens by client credentials (RFC 6749, section 4.4), through the same guarded client as deliveries. */
export class TokenKeeper {
  readonly #http: HttpClient;
  readonly #tokens = new Map<string, Token>();
  readonly #asking = new Map<string, Promise<Token | Denied>>();

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** @param name tells one set of credentials from another. Many who ask at once get the answer to one request. */
  async tokenOf(name: string, auth: OAuth2, { now, timeoutMs }: TokenRequest): Promise<Token | Denied> {
    const known = this.#tokens.get(name);
    if (known && known.usableUntil > now) return known;
    const asking = this.#asking.get(name) ?? this.#ask(name, auth, { now, timeoutMs });
    this.#asking.set(name, asking);
    return asking;
  }

  forget(name: string): void {
    this.#tokens.delete(name);
  }

  async #ask(name: string, auth: OAuth2, { now, timeoutMs }: TokenRequest): Promise<Token | Denied> {
    try {
      const reply = await this.#http.send({ ...tokenRequest(auth), timeoutMs, maxResponseBytes: MAX_BYTES });
      const answer = readToken(reply, now);
      if (answer.kind === 'token') this.#keep(name, answer);
      return answer;
    } finally {
      this.#asking.delete(name);
    }
  }

  #keep(name: string, token: Token): void {
    const [oldest] = this.#tokens.keys();
    if (this.#tokens.size >= MAX_TOKENS && oldest !== undefined) this.#tokens.delete(oldest);
    this.#tokens.set(name, token);
  }
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

function readToken(reply: HttpReply, now: number): Token | Denied {
  if (reply.kind === 'error') return denied(`no answer (${reply.reason})`, reasonOf(reply.reason));
  if (reply.status !== 200) return denied(`status ${reply.status}`);
  const { access_token: token, expires_in: expiresIn } = parse(reply.body);
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) return denied('an answer without a token');
  const seconds = Number(expiresIn);
  const lifeMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : DEFAULT_LIFE_MS;
  return { kind: 'token', token, usableUntil: now + Math.max(0, lifeMs - MARGIN_MS) };
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
  return { kind: 'denied', reason, message };
}
