/** How requests say who sends them. */
export type Auth =
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'bearer'; readonly token: string }
  | OAuth2;

/** An access token by client credentials (RFC 6749, section 4.4). */
export interface OAuth2 {
  readonly type: 'oauth2';
  /** Where a token is asked for. Bound to the URL policy as the webhook's own URL is. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
  readonly audience?: string;
  /** Whether the client shows itself by basic auth or in the form. Default `basic`. */
  readonly clientAuth?: 'basic' | 'post';
}

/** PEM texts. */
export interface ClientTls {
  readonly cert?: string;
  readonly privateKey?: string;
  readonly passphrase?: string;
  /** The only authorities that the receiver's certificate may come from. Default: those of Node. */
  readonly ca?: string;
}

/** What requests to a webhook bring with them beside their signature. Stored sealed, never shown. */
export interface Credentials {
  /** Custom headers. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly auth?: Auth;
  readonly tls?: ClientTls;
}

/** What of credentials may be shown. */
export interface CredentialsSummary {
  readonly headerNames: readonly string[];
  readonly authType: Auth['type'] | null;
  readonly hasClientCertificate: boolean;
}

export const CREDENTIAL_NAMES = ['headers', 'auth', 'tls'] as const satisfies readonly (keyof Credentials)[];

export function summaryOf({ headers = {}, auth, tls }: Credentials): CredentialsSummary {
  return {
    headerNames: Object.keys(headers),
    authType: auth?.type ?? null,
    hasClientCertificate: tls?.cert !== undefined,
  };
}
