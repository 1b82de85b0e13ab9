import type { ReceivedRequest } from '../inbound-request.js';

/** How far from now a timestamp may be, in seconds either way; Infinity switches a side off. */
export interface Tolerance {
  readonly past: number;
  readonly future: number;
}

/** What a check knows besides request and keys. */
export interface CheckContext {
  /** Names the sender in errors. */
  readonly kind: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** The app's own; null for the sender's. */
  readonly tolerance: Tolerance | null;
  /** The URL that the sender was told. Throws OPTION_INVALID where nobody knows it. */
  url(): string;
}

/** A request on its way to be signed. */
export interface Draft {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface SignContext {
  readonly kind: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** The id that the request is to have. */
  readonly id: string;
}

/** How the requests of a sender are told from forged ones. `Key` is what the text of a secret stands for. */
export interface Scheme<Key = unknown> {
  /** Headers that carry a signature or a secret, in lower case. */
  readonly secretHeaders: readonly string[];
  /** Parameters of the URL that carry a secret. */
  readonly secretQuery?: readonly string[];
  /** How old or early its requests may be by the timestamp that it signs; null where it signs none. */
  readonly tolerance: Tolerance | null;
  /** Whether any change of the body is noticed; where only parts of it are covered, its sender tells what is not. */
  readonly coversBody: boolean;
  /** Whether whoever has the secret can sign, and changes nothing but headers. Default false. */
  readonly signsHeaders?: boolean;
  /** Whether the URL is signed. */
  readonly signsUrl: boolean;
  /** Throws OPTION_INVALID for what is no secret of such a sender. */
  toKey(secret: string): Key;
  /**
   * Throws SIGNATURE_MISSING, SIGNATURE_MISMATCH, TIMESTAMP_INVALID, TIMESTAMP_OUT_OF_RANGE, REQUEST_INCOMPLETE,
   * KEY_UNAVAILABLE; a promise only where a key must be fetched.
   */
  check(request: ReceivedRequest, keys: readonly Key[], context: CheckContext): void | Promise<void>;
  /** What is to be changed of a draft so that it is signed. Throws SIGN_UNSUPPORTED. */
  sign(draft: Draft, secret: string, context: SignContext): Partial<Draft>;
}

/** A scheme that knows its keys beforehand, and so answers at once. */
export interface SyncScheme<Key = unknown> extends Scheme<Key> {
  check(request: ReceivedRequest, keys: readonly Key[], context: CheckContext): void;
}
