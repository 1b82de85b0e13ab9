import type { Clock } from '../ports/clock.js';

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until told otherwise. */
export interface FakeClock extends Clock {
  /** Moves time on, firing what falls due on the way, each at its own instant. */
  advance(ms: number): void;
}

/** Starts at 2026-01-01T00:00:00Z, or at the instant given, in milliseconds since the Unix epoch. */
export function fakeClock(startAt = Date.UTC(2026, 0, 1)): FakeClock {
  let now = startAt;
  let order = 0;
  const timers = new Set<Timer>();
  const nextDue = (until: number): Timer | undefined =>
    [...timers]
      .filter((timer) => timer.dueAt <= until)
      .sort((a, b) => a.dueAt - b.dueAt || a.order - b.order)[0];

  return {
    now: () => now,
    after(delayMs, callback) {
      const timer = { dueAt: now + delayMs, order: order++, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const until = now + ms;
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        timers.delete(timer);
        now = Math.max(now, timer.dueAt);
        timer.callback();
      }
      now = until;
    },
  };
}
