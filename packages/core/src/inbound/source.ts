import type { AccountId } from '../events/event.js';
import type { HttpResponse } from '../http/types.js';
import type { InboundRequest, RequestInput } from './inbound-request.js';

export type { InboundRequest, RequestInput } from './inbound-request.js';

/** What a verified request says. */
export interface VerifiedRequest<Data = unknown> {
  /** Which kind of sender: `github`, `stripe`, ... */
  readonly source: string;
  /** The sender's own id of this request, the same when it is sent again; null where the sender gives none. */
  readonly id: string | null;
  /** The sender's event type, in our segments: GitHub's `issues` with action `opened` is `issues.opened`. */
  readonly type: string;
  /** The event type as the sender wrote it; null where it names none. */
  readonly senderType: string | null;
  /** What it is about, as the option `subject` tells: what is about the same can be handled in order. */
  readonly subject: string | null;
  /** The body: JSON parsed, a form as an object, any other text as it is; null where it is empty. */
  readonly data: Data;
  /** `data` as JSON: the sender's own text where it sent JSON. */
  readonly json: string;
  /** The exact bytes. */
  readonly body: Buffer;
}

/** A request to be signed as its sender would. */
export interface UnsignedRequest {
  /** The sender's event type, put where the sender has it. */
  readonly type?: string;
  /** The sender's id of the request, put where the sender has it. Default: a new one. */
  readonly id?: string;
  /** Sent as JSON, unless there is a `body`. */
  readonly data?: unknown;
  /** The exact body. */
  readonly body?: Uint8Array | string;
  /** Default `POST`. */
  readonly method?: string;
  /** The whole URL, for senders that sign it. */
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What to sign with, where it is not the first secret of the source: the private key, of a sender that signs with one. */
  readonly secret?: string;
  /** Milliseconds since the Unix epoch. Default: the system's clock. */
  readonly now?: number;
}

export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface SourceFor<Result, Checked> {
  /** Which kind of sender: `github`, `stripe`, ... The name it is mounted under may differ. */
  readonly kind: string;
  /** The methods that its events come with; `POST` alone for nearly all. */
  readonly methods: readonly string[];
  /** Headers that carry a signature or a secret, in lower case: left out of receipts. */
  readonly secretHeaders: readonly string[];
  /** Parameters of the URL that carry a secret: left out of receipts. */
  readonly secretQuery: readonly string[];
  /**
   * Checks signature and timestamp, then reads the request. Throws SIGNATURE_MISSING, SIGNATURE_MISMATCH,
   * TIMESTAMP_INVALID, TIMESTAMP_OUT_OF_RANGE, REQUEST_INCOMPLETE, PAYLOAD_NOT_JSON, SECRET_UNKNOWN, KEY_UNAVAILABLE,
   * and OPTION_INVALID for what is no request.
   *
   * @param now milliseconds since the Unix epoch; default: the system's clock
   */
  verify(request: RequestInput, now?: number): Result;
  /** Checks signature and timestamp and reads nothing: throws what `verify` does for them. */
  check(request: RequestInput, now?: number): Checked;
  /**
   * The answer to a sender that tries whether its URL is right, such as Slack's `url_verification`; null for every
   * other request. A challenge that is signed is answered only if that is right: throws what `verify` does.
   */
  handshake(request: RequestInput, now?: number): HttpResponse | null | Promise<HttpResponse | null>;
  /** What a request means, without any check. Throws REQUEST_INCOMPLETE, PAYLOAD_NOT_JSON. */
  read(request: RequestInput): VerifiedRequest;
  /** Makes the request that this sender would make. Throws SIGN_UNSUPPORTED where there is no secret to sign with. */
  sign(request?: UnsignedRequest): SignedRequest;
  /** What accepted requests are answered, where this sender insists on it; null for ours. */
  readonly accepted: HttpResponse | null;
  /** Whether this sender wants no body in the answer to a refused request. */
  readonly refusesSilently: boolean;
  /** The app's own answer to an accepted request; null for the usual one. */
  readonly respond: ((webhook: VerifiedRequest) => HttpResponse | Promise<HttpResponse>) | null;
  /** The account that a request's event is for. */
  accountOf(webhook: VerifiedRequest, request: InboundRequest): AccountId | null;
}

/** A configured sender: knows how it signs and what its requests mean. Made by `github({ secret })` and the like. */
export interface Source<Data = unknown> extends SourceFor<VerifiedRequest<Data>, void> {}

/** A source whose secret or key is looked up for each request. */
export interface AsyncSource<Data = unknown>
  extends SourceFor<Promise<VerifiedRequest<Data>>, Promise<void>> {}

export type AnySource = Source | AsyncSource;

/** Sources by the name they are mounted under; it is the last part of the URL and the first of the event types. */
export type Sources = Readonly<Record<string, AnySource>>;
