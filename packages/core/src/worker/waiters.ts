import type { Clock } from '../ports/clock.js';

/** Callers who wait for the same thing to happen. */
export class Waiters {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it happens, or after so many milliseconds. */
  wait(maxMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = maxMs === undefined ? () => {} : this.#clock.after(maxMs, resolve);
      this.#waiting.push(() => {
        cancel();
        resolve();
      });
    });
  }

  /** It happened. */
  resume(): void {
    if (this.#waiting.length === 0) return;
    for (const resume of this.#waiting.splice(0)) resume();
  }
}
