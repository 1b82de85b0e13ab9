import type { AttemptRecord } from '../delivery/attempt.js';
import type { DeliveryRecord, DeliveryState, Hold } from '../delivery/delivery.js';
import type { WebhookRecord } from '../delivery/webhook.js';
import type { EventRecord } from '../events/event.js';
import type { RunRecord, RunState } from '../listeners/run.js';

/** Work that is claimed, done and settled: deliveries and listener runs alike. */
export interface WorkStore<Claimed, Result> {
  /** Due rows in a non-final state, leased by nobody, that this call now holds: without `ids`, the longest due. */
  claim(request: ClaimRequest): Promise<readonly Claimed[]>;
  /**
   * In one transaction: appends the attempts, and moves on each row whose lease is still the result's. A row
   * whose lease was lost keeps what its new holder wrote; its attempt is appended all the same, but without what
   * the receiver answered where the event was erased meanwhile, and not at all where the row is gone.
   */
  settle(results: readonly Result[]): Promise<void>;
  /** Prolongs claims until `leasedUntil`. Answers the ids of those that were still held by the lease they name. */
  renew(claims: readonly HeldClaim[], leasedUntil: number): Promise<readonly string[]>;
  /** Gives unfinished claims back at once, as they were before. */
  release(ids: readonly string[], lease: string): Promise<void>;
}

export interface HeldClaim {
  readonly id: string;
  readonly lease: string;
}

export interface ClaimRequest {
  /** Only these; without it, whatever is due. */
  readonly ids?: readonly string[];
  /** None of these: what the caller has in hand, also where its lease ran out. */
  readonly except?: readonly string[];
  readonly limit: number;
  readonly now: number;
  /** The claim ends by itself at `now + leaseMs`, if it is neither settled nor released. */
  readonly leaseMs: number;
  /** Names this claim: only its holder may settle or release what it claimed. Unique per call. */
  readonly lease: string;
}

/** A claimed delivery with all that its attempt needs; `webhook` is null where it was deleted meanwhile. */
export interface ClaimedDelivery {
  /** In state `delivering`. */
  readonly delivery: DeliveryRecord;
  readonly payload: string;
  /** Of the event. */
  readonly headers: Readonly<Record<string, string>> | null;
  /** Of the event. */
  readonly depth: number;
  /** Of two events the one that was stored later has the higher one, whatever the clocks say. Null where nobody asks. */
  readonly order: number | null;
  readonly webhook: WebhookRecord | null;
}

/** A claimed delivery that is put aside: its lease ends, its state and its counts stay. */
export interface HeldDelivery {
  readonly id: string;
  readonly lease: string;
  readonly hold: Hold;
  /** When it is due again. */
  readonly nextAttemptAt: number;
}

/** Which others of a group to claim together with one that is claimed. */
export interface GroupClaimRequest extends Omit<ClaimRequest, 'ids'> {
  readonly groupKey: string;
}

/** How a claimed delivery went on. */
export interface DeliveryResult {
  readonly id: string;
  readonly lease: string;
  /** Null where nothing was tried: the delivery was cancelled. */
  readonly attempt: AttemptRecord | null;
  readonly state: DeliveryState;
  readonly attemptCount: number;
  readonly scheduledAttemptCount: number;
  /** Whether the attempt that is due next was asked for by a person. */
  readonly manual: boolean;
  readonly nextAttemptAt: number | null;
  readonly reason: string | null;
  readonly finalizedAt: number | null;
  /** Tells of the result: stored with it, and not at all where the lease was lost. */
  readonly event?: EventRecord;
}

export interface ClaimedRun {
  /** In state `running`. */
  readonly run: RunRecord;
  readonly event: EventRecord;
}

export interface RunResult {
  readonly id: string;
  readonly lease: string;
  readonly state: RunState;
  readonly attemptCount: number;
  readonly nextAttemptAt: number | null;
  readonly lastError: string | null;
  readonly finalizedAt: number | null;
}
