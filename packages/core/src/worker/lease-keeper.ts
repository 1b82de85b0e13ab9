import { errorFields } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import { keepTrying } from './keep-trying.js';

/** How often a lease is renewed before it would end: the more, the less of it is gone when the store goes away. */
const RENEWALS_PER_LEASE = 5;

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
    const { renewals, clock, logger } = this.#deps;
    try {
      // at once when the store is back: before others take what ran out meanwhile
      const isStopped = () => this.#isStopped;
      const lost = await Promise.all(renewals.map((renew) => keepTrying(renew, clock, isStopped)));
      const count = lost.reduce((sum, each) => sum + each, 0);
      if (count > 0)
        logger.warn({ count }, 'leases ran out while their work was in hand: others may repeat it');
    } catch (error) {
      logger.warn(errorFields(error), 'leases were not renewed: the next renewal tries again');
    }
  }
}
