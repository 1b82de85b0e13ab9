import type { EventRecord } from '../events/event.js';
import type { HeldClaim } from './work-store.js';

/** That a webhook is to be told of the rows of a model as they are. Gone when it was told of all of them. */
export interface SnapshotRecord {
  readonly id: string;
  readonly webhookId: string;
  /** That of the webhook. */
  readonly accountId: string | null;
  /** The name of the bound model. */
  readonly model: string;
  /** Where its next page begins; null for the first one. */
  readonly position: string | null;
  readonly createdAt: number;
  /** The instant that its events bear, see `SnapshotStore.begin`; null before that. */
  readonly startedAt: number | null;
}

export interface SnapshotClaim {
  /** The models that the caller can read. */
  readonly models: readonly string[];
  readonly now: number;
  /** The claim ends by itself at `now + leaseMs`. */
  readonly leaseMs: number;
  /** Names this claim. Unique per call. */
  readonly lease: string;
}

/** How a claimed snapshot went on. */
export interface SnapshotProgress {
  /** Where its next page begins; null where it is done. */
  readonly position: string | null;
  /** The page that was read. */
  readonly events: readonly EventRecord[];
  readonly now: number;
}

/**
 * The snapshots that new webhooks asked for. They are stored by `WebhookStore.insert`, together with their webhook; one
 * whose webhook was deleted is removed by whoever claims next.
 */
export interface SnapshotStore {
  /**
   * One that nobody leases, of a webhook that is active: the one that has waited longest, so that they take turns.
   * Not before the last event of its page before was fanned out and attempted: so it never has more than one page
   * among the due deliveries, and those of live events do not wait behind it. Null where there is none.
   */
  claim(request: SnapshotClaim): Promise<SnapshotRecord | null>;
  /**
   * Sets `startedAt` and gives the claim back. From then on it is claimed when every transaction that was open at this
   * instant and had written something has ended: what is not yet to be seen in the rows then was written later.
   */
  begin(claim: HeldClaim, startedAt: number): Promise<void>;
  /** Prolongs a claim until `leasedUntil`, if it is still held. */
  renew(claim: HeldClaim, leasedUntil: number): Promise<void>;
  /**
   * In one transaction: stores the events, for a relay to find, and moves the snapshot on, or removes it where it is
   * done; gives the claim back. False where the lease is not the caller's any more, and nothing was stored.
   */
  advance(claim: HeldClaim, progress: SnapshotProgress): Promise<boolean>;
}
