/** An inbound request as a source sees it. Header names in lower case; repeated ones joined with `, `. */
export interface InboundRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The exact bytes. */
  readonly body: Buffer;
}

/** What a verified request says. */
export interface VerifiedRequest {
  /** The sender's own id of this request, the same when it is sent again; null where the sender gives none. */
  readonly id: string | null;
  /** The sender's event type, in our segments: GitHub's `issues` with action `opened` is `issues.opened`. */
  readonly type: string;
  readonly data: unknown;
  /** `data` as the sender wrote it. */
  readonly json: string;
}

/** A configured sender: knows how it signs and what its requests mean. Made by `github({ secret })` and the like. */
export interface Source {
  /** Which kind of sender: `github`, `stripe`, ... The name it is mounted under may differ. */
  readonly kind: string;
  /** Headers that carry a signature or a secret, in lower case: left out of receipts. */
  readonly secretHeaders: readonly string[];
  /**
   * Checks signature and timestamp, then reads the request. Throws SIGNATURE_MISSING, SIGNATURE_MISMATCH,
   * TIMESTAMP_INVALID, TIMESTAMP_OUT_OF_RANGE, REQUEST_INCOMPLETE or PAYLOAD_NOT_JSON.
   *
   * @param now milliseconds since the Unix epoch; default: the system's clock
   */
  verify(request: InboundRequest, now?: number): VerifiedRequest;
}

/** Sources by the name they are mounted under; it is the last part of the URL and the first of the event types. */
export type Sources = Readonly<Record<string, Source>>;
