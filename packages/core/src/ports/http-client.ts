import type { FailureReason } from '../delivery/attempt.js';

/** PEM texts for one request: who it is from, and whom it trusts. */
export interface RequestTls {
  /** Names them: connections with another one are not shared. */
  readonly key: string;
  readonly cert?: string;
  readonly privateKey?: string;
  readonly passphrase?: string;
  /** The only authorities that the receiver's certificate may come from. Default: those of Node. */
  readonly ca?: string;
}

export interface OutboundRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** One deadline for everything: name lookup, connect, send, headers, the last byte kept of the reply. */
  readonly timeoutMs: number;
  /** For `https:`. Default: no client certificate, and the authorities of Node. */
  readonly tls?: RequestTls;
  /** Reading stops here; the rest of the reply is thrown away. */
  readonly maxResponseBytes: number;
}

/** What came back. Network trouble is a value, too: `send` rejects only when the client itself is broken. */
export type HttpReply =
  | {
      readonly kind: 'response';
      readonly status: number;
      /** Names in lower case; repeated headers joined with `, `. */
      readonly headers: Readonly<Record<string, string>>;
      /** The first `maxResponseBytes` of the reply. */
      readonly body: Buffer;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'error';
      readonly reason: FailureReason;
      /** For a person; holds no secret and no body. */
      readonly message: string;
      readonly durationMs: number;
    };

/** Sends one POST. Follows no redirect, never tries twice by itself (but for a reused socket the peer had closed). */
export interface HttpClient {
  send(request: OutboundRequest): Promise<HttpReply>;
  /** Closes every connection; a request still under way is answered with an error. */
  close(): Promise<void>;
}
