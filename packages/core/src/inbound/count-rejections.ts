import { withoutContext } from '../context/context.js';
import { Outage } from '../outage.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { ReceiptStore } from '../ports/store.js';
import { joinRejections, type RejectionRecord } from './rejection.js';

/** Rejections are gathered so long: any number of them, of all sources, make one write. */
const GATHERS_MS = 5_000;

export interface RejectionCounterDeps {
  readonly receipts: Pick<ReceiptStore, 'reject'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Gathers refused requests and writes down how many there were. What it holds is one row for each source, reason and
 * hour; what could not be written waits for the next time.
 */
export class RejectionCounter {
  readonly #deps: RejectionCounterDeps;
  readonly #outage: Outage;
  readonly #gathered = new Map<string, RejectionRecord>();
  #cancelTimer: (() => void) | null = null;
  #writing: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(deps: RejectionCounterDeps) {
    this.#deps = deps;
    this.#outage = new Outage(deps.logger, {
      out: 'refused requests could not be counted: they are when that can be',
      back: 'refused requests are counted again',
    });
  }

  add(rejection: RejectionRecord): void {
    if (this.#isStopped) return;
    this.#gather(rejection);
    this.#cancelTimer ??= this.#deps.clock.after(GATHERS_MS, () => void withoutContext(() => this.flush()));
  }

  /** Writes down what is gathered. Never rejects. */
  flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    return this.flush();
  }

  async #write(): Promise<void> {
    const rejections = [...this.#gathered.values()];
    this.#gathered.clear();
    if (rejections.length === 0) return;
    try {
      await this.#deps.receipts.reject(rejections);
      this.#outage.end();
    } catch (error) {
      this.#outage.begin(error);
      for (const rejection of rejections) this.add(rejection);
    }
  }

  #gather(rejection: RejectionRecord): void {
    const known = this.#gathered.get(rejection.id);
    this.#gathered.set(rejection.id, known ? joinRejections(known, rejection) : rejection);
  }
}
