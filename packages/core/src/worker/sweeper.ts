import type { Feeds } from '../events/feeds.js';
import type { Relay } from '../events/relay.js';
import { Outage } from '../outage.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Roles } from '../roles.js';
import type { Promoters } from './promote-groups.js';
import type { Workers } from './workers.js';

export interface SweeperDeps {
  readonly roles: Roles;
  readonly relay: Relay;
  readonly feeds: Feeds;
  readonly workers: Workers;
  readonly promoters: Promoters<'promoteWaiting'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs: number;
}

/**
 * Takes what is due and leased by nobody: committed events, deliveries and runs whose time has come, whatever the queue
 * lost; and has feeds pulled. Looks every `intervalMs`, and at once when told to.
 */
export class Sweeper {
  readonly #deps: SweeperDeps;
  readonly #outage: Outage;
  #cancelTimer: (() => void) | null = null;
  #current: Promise<number> | null = null;
  #again = false;
  #stopped = false;

  constructor(deps: SweeperDeps) {
    this.#deps = deps;
    this.#outage = new Outage(deps.logger, {
      out: 'looking for due work failed: it is tried again until it works',
      back: 'looking for due work works again',
    });
  }

  start(): void {
    this.#schedule();
  }

  /** Sweeps now; if a sweep is under way, once more after it. Never rejects: a failure is told of, and tried again. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#current) this.#again = true;
    else this.#begin().catch(() => {});
  }

  /**
   * A sweep that begins after this call: one under way may have passed by what is there now. Answers how many it
   * found. Rejects with what the store rejects with.
   */
  async sweep(): Promise<number> {
    while (this.#current) await this.#current.catch(() => {});
    return this.#begin();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.#current?.catch(() => {});
  }

  #schedule(): void {
    this.#cancelTimer = this.#deps.clock.after(this.#deps.intervalMs, () => {
      this.wake();
      if (!this.#stopped) this.#schedule();
    });
  }

  #begin(): Promise<number> {
    this.#current = this.#sweepOnce().finally(() => {
      this.#current = null;
      if (!this.#again || this.#stopped) return;
      this.#again = false;
      queueMicrotask(() => this.wake());
    });
    return this.#current;
  }

  /** Side by side: neither a backlog of events nor trouble with them keeps what is due waiting. */
  async #sweepOnce(): Promise<number> {
    const { roles, relay, feeds, workers, promoters } = this.#deps;
    if (roles.has('relay')) feeds.wake();
    const found = await Promise.allSettled([
      roles.has('relay') ? relay.sweep() : 0,
      roles.has('worker') ? workers.takeDue() : 0,
      roles.has('worker') ? promoters.delivery.promoteWaiting() : 0,
      roles.has('worker') ? promoters.run.promoteWaiting() : 0,
    ]);
    const failed = found.find((each) => each.status === 'rejected');
    if (failed) {
      this.#outage.begin(failed.reason);
      throw failed.reason;
    }
    this.#outage.end();
    return found.reduce((sum, each) => sum + (each.status === 'fulfilled' ? each.value : 0), 0);
  }
}
