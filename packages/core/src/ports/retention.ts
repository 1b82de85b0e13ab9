/** What is removed when it is old; attempts go with their delivery. */
export type Prunable = 'deliveries' | 'runs' | 'receipts' | 'rejections' | 'events';

/** Rows to look at, by their ids, which sort by time; and how old those must be that are removed. */
export interface PruneRequest {
  readonly kind: Prunable;
  /** The id to look behind. Empty: from the oldest row on. */
  readonly after: string;
  /** The id to look up to. */
  readonly until: string;
  /** How many rows to look at. */
  readonly limit: number;
  /**
   * Removed is what ended before: deliveries and runs that were delivered, succeeded or cancelled (`finalizedAt`),
   * receipts (`receivedAt`), counts of refused requests (`lastAt`), and events (`occurredAt`) that are fanned out and of which no delivery or run is kept.
   */
  readonly endedBefore: number;
  /** The same for deliveries and runs that were exhausted. */
  readonly exhaustedBefore: number;
}

export interface PruneResult {
  readonly removed: number;
  /** The last id that was looked at, where there are more to look at. */
  readonly next: string | null;
}
