import { errorFields } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Prunable, PruneRequest } from '../ports/retention.js';
import type { Store } from '../ports/store.js';
import { earliestId } from './earliest-id.js';
import type { RetentionPolicy } from './retention-policy.js';

const BATCH = 1_000;
const MIN_REST_MS = 10;
/** Processes of a deploy start together: their first passes do not. */
const FIRST_PASS_WITHIN_MS = 60_000;
const FULL_PASS_EVERY_MS = 24 * 60 * 60 * 1_000;

export interface RetentionDeps {
  readonly store: Pick<Store, 'prune'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Null keeps everything. */
  readonly policy: RetentionPolicy | null;
}

type Bounds = Omit<PruneRequest, 'kind' | 'after' | 'limit'>;

/**
 * Removes what is old, while the hub works: each interval a pass, in batches with rests between them.
 *
 * Ids sort by time, so a pass goes by them and goes on where the last one ended: neither an index that every delivery
 * would pay for, nor a second look at each old row that is kept. Those get theirs once a day, when a pass begins
 * at the oldest row again. So a row may stay up to a day longer than its time.
 */
export class Retention {
  readonly #deps: RetentionDeps;
  /** Up to where each kind was looked at. */
  readonly #seen = new Map<Prunable, string>();
  #nextFullPassAt = 0;
  #current: Promise<number> | null = null;
  #cancelTimer = () => {};
  #endRest = () => {};
  #isStopped = false;

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#schedule(this.#deps.random() * FIRST_PASS_WITHIN_MS);
  }

  /** Resolves when no statement runs any more: at most the batch that is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer();
    this.#endRest();
    await this.#current?.catch(() => {});
  }

  /** One pass, or what is left of the one that is under way. Answers how many rows it removed. */
  prune(): Promise<number> {
    this.#current ??= this.#pass().finally(() => {
      this.#current = null;
    });
    return this.#current;
  }

  #schedule(delayMs: number): void {
    const { policy, clock, logger } = this.#deps;
    if (policy === null || this.#isStopped) return;
    this.#cancelTimer = clock.after(delayMs, () => {
      void this.prune()
        .catch((error) =>
          logger.error(errorFields(error), 'old rows were not removed: the next pass tries again'),
        )
        .then(() => this.#schedule(policy.intervalMs));
    });
  }

  async #pass(): Promise<number> {
    const { policy, clock, logger } = this.#deps;
    if (policy === null) return 0;
    const now = clock.now();
    this.#forgetDaily(now);
    const removed: Partial<Record<Prunable, number>> = {};
    let total = 0;
    for (const [kind, bounds] of boundsOf(policy, now)) {
      const count = await this.#pruneKind(kind, bounds);
      removed[kind] = count;
      total += count;
    }
    if (total > 0) logger.info({ removed }, 'old rows removed');
    return total;
  }

  #forgetDaily(now: number): void {
    if (now < this.#nextFullPassAt) return;
    this.#seen.clear();
    this.#nextFullPassAt = now + FULL_PASS_EVERY_MS;
  }

  async #pruneKind(kind: Prunable, bounds: Bounds): Promise<number> {
    const { store, clock } = this.#deps;
    let count = 0;
    while (!this.#isStopped) {
      const startedAt = clock.now();
      const after = this.#seen.get(kind) ?? '';
      const { removed, next } = await store.prune({ kind, after, limit: BATCH, ...bounds });
      count += removed;
      this.#seen.set(kind, next ?? bounds.until);
      if (next === null || this.#isStopped) break;
      await this.#rest(Math.max(MIN_REST_MS, clock.now() - startedAt));
    }
    return count;
  }

  /** As long as the batch took: a database under load is left half of the time to others. */
  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#deps.clock.after(ms, resolve);
      this.#endRest = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** Events last: they stay as long as a delivery or run of theirs. */
function boundsOf(policy: RetentionPolicy, now: number): readonly (readonly [Prunable, Bounds])[] {
  const exhaustedBefore = now - policy.exhaustedMs;
  const bounds = (prefix: Parameters<typeof earliestId>[0], endedBefore: number): Bounds => ({
    until: earliestId(prefix, endedBefore),
    endedBefore,
    exhaustedBefore,
  });
  return [
    ['deliveries', bounds('dlv', now - policy.finishedMs)],
    ['runs', bounds('run', now - policy.finishedMs)],
    ['receipts', bounds('rct', now - policy.receiptsMs)],
    ['rejections', bounds('rej', now - policy.rejectionsMs)],
    ['events', bounds('evt', now - policy.finishedMs)],
  ];
}
