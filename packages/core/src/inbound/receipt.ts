/** An accepted inbound request, recorded before it was answered. */
export interface ReceiptRecord {
  readonly id: string;
  /** The source's name in this app. */
  readonly source: string;
  /** What makes a repeated request the same one, within its source. */
  readonly dedupeKey: string;
  /** The event it became. */
  readonly eventId: string;
  readonly receivedAt: number;
  /** Header names in lower case; signatures, cookies and authorisation left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** The exact bytes of the request. */
  readonly body: Buffer;
}
