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
  readonly method: string;
  /** Path and query as they came, or the whole URL; the values of parameters that carry a secret replaced. */
  readonly url: string;
  /** Header names in lower case; signatures, cookies and authorisation left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** The exact bytes of the request. */
  readonly body: Buffer;
  /** When headers, body and query were erased with the event; null where they were not. */
  readonly erasedAt: number | null;
}

/** A receipt as lists have it. */
export type ReceiptSummary = Omit<ReceiptRecord, 'headers' | 'body'>;
