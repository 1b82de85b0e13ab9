import { createHash } from 'node:crypto';
import type { HttpClient, RequestTls } from '../ports/http-client.js';
import { remember } from '../remember.js';
import { basicAuth, type Denied, type Granted } from './access.js';
import type { CredentialKeeper } from './credential-keeper.js';
import type { Auth, Credentials } from './credentials.js';
import type { AttemptFollower, Followed } from './follow-attempt.js';
import { TokenKeeper } from './token-keeper.js';
import type { WebhookRecord } from './webhook.js';

const MAX_REMEMBERED = 10_000;
const UNAUTHORIZED = 401;

export interface AccessDeps {
  readonly credentials: CredentialKeeper;
  readonly http: HttpClient;
  /** The deadline of a token request, in milliseconds, where the webhook has none of its own. */
  readonly timeoutMs: number;
}

const OPEN: Granted = { kind: 'granted', headers: null, tls: null };

/** Knows what lets requests to a webhook in: its custom headers, its auth, its TLS client certificate. */
export class RequestAccess implements AttemptFollower {
  readonly #deps: AccessDeps;
  readonly #tokens: TokenKeeper;
  readonly #standing = remember((sealed) => this.#read(sealed), MAX_REMEMBERED);

  constructor(deps: AccessDeps) {
    this.#deps = deps;
    this.#tokens = new TokenKeeper(deps.http);
  }

  /** Throws SECRET_UNREADABLE. */
  accessOf({ credentials, settings }: WebhookRecord, now: number): Granted | Promise<Granted | Denied> {
    if (credentials === null) return OPEN;
    const { granted, auth } = this.#standing(credentials);
    if (auth?.type !== 'oauth2') return granted;
    const { timeoutMs = this.#deps.timeoutMs } = settings;
    return this.#tokens.tokenOf(credentials, auth, { now, timeoutMs }).then((answer) => {
      if (answer.kind === 'denied') return answer;
      return { ...granted, headers: { ...granted.headers, authorization: `Bearer ${answer.token}` } };
    });
  }

  /** A token that is refused is not used again. */
  followed({ webhook, result }: Followed): void {
    const isRefused = result.attempt?.responseStatus === UNAUTHORIZED;
    if (isRefused && webhook.credentials !== null) this.#tokens.forget(webhook.credentials);
  }

  #read(sealed: string): { readonly granted: Granted; readonly auth: Auth | undefined } {
    const credentials = this.#deps.credentials.open(sealed);
    const headers = { ...credentials.headers, ...authorizationOf(credentials.auth) };
    return { granted: { kind: 'granted', headers, tls: tlsOf(sealed, credentials) }, auth: credentials.auth };
  }
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
