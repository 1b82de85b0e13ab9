import { errorFields } from '../errors.js';
import type { Relay } from '../events/relay.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { JobKind, Queue } from '../ports/queue.js';
import type { Store } from '../ports/store.js';

const MAX_DUE = 1_000;

export interface SweeperDeps {
  readonly store: Store;
  readonly relay: Relay;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs: number;
}

/**
 * Finds what is due and leased by nobody: committed events, deliveries and runs whose time has come, whatever the
 * queue lost. Looks every `intervalMs`, and at once when told to.
 */
export class Sweeper {
  readonly #deps: SweeperDeps;
  #cancelTimer: (() => void) | null = null;
  #current: Promise<number> | null = null;
  #again = false;
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
    try {
      const events = await this.#deps.relay.sweep();
      const deliveries = await this.#enqueueDue('delivery');
      const runs = await this.#enqueueDue('run');
      return events + deliveries + runs;
    } catch (error) {
      this.#deps.logger.error(errorFields(error), 'sweep failed: the next one tries again');
      return 0;
    } finally {
      this.#current = null;
      if (this.#again && !this.#stopped) {
        this.#again = false;
        queueMicrotask(() => this.wake());
      }
    }
  }

  async #enqueueDue(kind: JobKind): Promise<number> {
    const { store, queue, clock } = this.#deps;
    if (queue.pending() >= MAX_DUE) return 0;
    const work = kind === 'delivery' ? store.deliveries : store.runs;
    const ids = await work.due({ now: clock.now(), limit: MAX_DUE });
    if (ids.length > 0) await queue.enqueue(ids.map((id) => ({ kind, id })));
    if (ids.length === MAX_DUE) void queue.idle().then(() => this.wake());
    return ids.length;
  }
}
