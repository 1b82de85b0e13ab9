import { errorFields } from '../errors.js';
import type { Relay } from '../events/relay.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Roles } from '../roles.js';
import type { Worker } from './worker.js';

export interface SweeperDeps {
  readonly roles: Roles;
  readonly relay: Relay;
  readonly worker: Worker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs: number;
}

/**
 * Takes what is due and leased by nobody: committed events, deliveries and runs whose time has come, whatever the
 * queue lost. Looks every `intervalMs`, and at once when told to.
 */
export class Sweeper {
  readonly #deps: SweeperDeps;
  #cancelTimer: (() => void) | null = null;
  #current: Promise<number> | null = null;
  #again = false;
  #isFailing = false;
  #stopped = false;

  constructor(deps: SweeperDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#schedule();
  }

  /** Sweeps now; if a sweep is under way, once more after it. Never rejects. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#current) this.#again = true;
    else void this.sweep();
  }

  /** A sweep that begins after this call: one under way may have passed by what is there now. Answers how many it found. */
  async sweep(): Promise<number> {
    while (this.#current) await this.#current;
    this.#current = this.#sweepOnce();
    return this.#current;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.#current;
  }

  #schedule(): void {
    this.#cancelTimer = this.#deps.clock.after(this.#deps.intervalMs, () => {
      this.wake();
      if (!this.#stopped) this.#schedule();
    });
  }

  async #sweepOnce(): Promise<number> {
    const { roles, relay, worker } = this.#deps;
    try {
      const events = roles.has('relay') ? await relay.sweep() : 0;
      const work = roles.has('worker') ? await worker.takeDue() : 0;
      this.#isFailing = false;
      return events + work;
    } catch (error) {
      this.#report(error);
      return 0;
    } finally {
      this.#current = null;
      if (this.#again && !this.#stopped) {
        this.#again = false;
        queueMicrotask(() => this.wake());
      }
    }
  }

  /** Once per outage: a line each second would tell nothing more. */
  #report(error: unknown): void {
    if (!this.#isFailing)
      this.#deps.logger.error(errorFields(error), 'sweep failed: the next one tries again');
    this.#isFailing = true;
  }
}
