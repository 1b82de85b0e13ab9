import { createHash } from 'node:crypto';
import type { HttpClient, HttpReply, RequestTls } from '../ports/http-client.js';
import { remember } from '../remember.js';
import { type AccessToken, basicAuth, type Denied, type Granted } from './access.js';
import type { CredentialKeeper } from './credential-keeper.js';
import type { Auth, Credentials } from './credentials.js';
import type { Answer } from './judge-reply.js';
import { TokenKeeper } from './token-keeper.js';
import type { WebhookRecord } from './webhook.js';

const MAX_REMEMBERED = 10_000;
const UNAUTHORIZED = 401;

export interface AccessDeps {
  readonly credentials: CredentialKeeper;
  readonly http: HttpClient;
}

const OPEN: Granted = { kind: 'granted', headers: null, tls: null, token: null };

/** Knows what lets requests to a webhook in: its custom headers, its auth, its TLS client certificate. */
export class RequestAccess {
  readonly #deps: AccessDeps;
  readonly #tokens: TokenKeeper;
  readonly #standing = remember((sealed) => this.#read(sealed), MAX_REMEMBERED);
  /** Of a webhook whose receiver refuses tokens, by its id: the first one it refused. */
  readonly #refused = new Map<string, AccessToken>();

  constructor(deps: AccessDeps) {
    this.#deps = deps;
    this.#tokens = new TokenKeeper(deps.http);
  }

  /**
   * A promise only where a token has to be asked for, for `timeoutMs` from `now` on at most.
   * Throws SECRET_UNREADABLE.
   */
  accessOf(
    { credentials }: WebhookRecord,
    now: number,
    timeoutMs: number,
  ): Granted | Denied | Promise<Granted | Denied> {
    if (credentials === null) return OPEN;
    const { granted, auth } = this.#standing(credentials);
    if (auth?.type !== 'oauth2') return granted;
    const token = this.#tokens.tokenOf(credentials, auth, { now, timeoutMs });
    return token instanceof Promise
      ? token.then((given) => withToken(granted, given))
      : withToken(granted, token);
  }

  /**
   * Takes note of how a receiver took the token. One that is refused is not used again: it may have been revoked, so
   * another is worth a try, unless this one was such a try.
   */
  answered(webhookId: string, token: AccessToken, reply: HttpReply): Answer {
    if (reply.kind === 'error') return reply;
    if (reply.status !== UNAUTHORIZED) {
      this.#refused.delete(webhookId);
      return reply;
    }
    this.#tokens.drop(token);
    const before = this.#refused.get(webhookId);
    const first = before?.name === token.name ? before : token;
    if (this.#refused.size >= MAX_REMEMBERED) this.#refused.clear();
    this.#refused.set(webhookId, first);
    // many may have gone out with the first, and come back in any order
    return { ...reply, isTokenStale: token === first };
  }

  #read(sealed: string): { readonly granted: Granted; readonly auth: Auth | undefined } {
    const credentials = this.#deps.credentials.open(sealed);
    const headers = { ...credentials.headers, ...authorizationOf(credentials.auth) };
    const granted: Granted = { kind: 'granted', headers, tls: tlsOf(sealed, credentials), token: null };
    return { granted, auth: credentials.auth };
  }
}

function withToken(granted: Granted, token: AccessToken | Denied): Granted | Denied {
  if (token.kind === 'denied') return token;
  return { ...granted, headers: { ...granted.headers, authorization: `Bearer ${token.token}` }, token };
}

function authorizationOf(auth: Auth | undefined): Readonly<Record<string, string>> {
  if (auth?.type === 'bearer') return { authorization: `Bearer ${auth.token}` };
  if (auth?.type !== 'basic') return {};
  return { authorization: basicAuth(auth.username, auth.password) };
}

/** Connections with other credentials are kept apart. */
function tlsOf(sealed: string, { tls }: Credentials): RequestTls | null {
  return tls === undefined ? null : { ...tls, key: createHash('sha256').update(sealed).digest('base64url') };
}
