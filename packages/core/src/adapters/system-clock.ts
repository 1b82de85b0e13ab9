import type { Clock } from '../ports/clock.js';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const dueAt = Date.now() + delayMs;
    let timer = setTimeout(fire, delayMs);
    timer.unref();

    // a timer of Node fires up to a millisecond before Date.now() gets there, and what is due then is not due yet
    function fire(): void {
      const restMs = dueAt - Date.now();
      if (restMs !== 1) {
        callback();
        return;
      }
      timer = setTimeout(fire, restMs);
      timer.unref();
    }
    return () => clearTimeout(timer);
  },
};
