import type { Clock } from '../ports/clock.js';

/** How fast what happened is forgotten, in milliseconds. */
const MEMORY_MS = 500;

/** How often something happens of late: each time counts less the longer it is ago. */
export class Pace {
  readonly #clock: Clock;
  #count = 0;
  #notedAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(): void {
    const now = this.#clock.now();
    this.#count = this.#left(now) + 1;
    this.#notedAt = now;
  }

  /** Per millisecond. */
  get perMs(): number {
    return this.#left(this.#clock.now()) / MEMORY_MS;
  }

  #left(now: number): number {
    return now === this.#notedAt ? this.#count : this.#count * Math.exp((this.#notedAt - now) / MEMORY_MS);
  }
}
