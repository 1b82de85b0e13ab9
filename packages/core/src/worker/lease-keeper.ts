import { errorFields } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';

/** A lease is renewed this many times before it would end: one renewal may fail. */
const RENEWALS_PER_LEASE = 3;

export interface LeaseKeeperDeps {
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Prolong what this process has in hand; each answers how many leases it lost to others. */
  readonly renewals: readonly (() => Promise<number>)[];
}

/** Renews the leases of all that is in hand, for as long as it is. */
export class LeaseKeeper {
  readonly #deps: LeaseKeeperDeps;
  #cancelTimer: (() => void) | null = null;
  #renewing: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(deps: LeaseKeeperDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#isStopped) return;
    const { clock, leaseMs } = this.#deps;
    this.#cancelTimer = clock.after(leaseMs / RENEWALS_PER_LEASE, () => {
      this.#renewing = this.#renew();
      void this.#renewing.then(() => this.start());
    });
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    return this.#renewing;
  }

  async #renew(): Promise<void> {
    const { renewals, logger } = this.#deps;
    try {
      const lost = await Promise.all(renewals.map((renew) => renew()));
      const count = lost.reduce((sum, each) => sum + each, 0);
      if (count > 0)
        logger.warn({ count }, 'leases ran out while their work was in hand: others may repeat it');
    } catch (error) {
      logger.warn(errorFields(error), 'leases were not renewed: the next renewal tries again');
    }
  }
}
