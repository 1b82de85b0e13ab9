import { isStoreUnavailable } from '../errors.js';
import type { Clock } from '../ports/clock.js';

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 250;

/**
 * Does what must not get lost again and again while the store is unavailable: what a receiver answered, for one, is
 * known here and nowhere else. Other errors pass at once, as does unavailability once `isGivenUp`.
 */
export async function keepTrying<Value>(
  action: () => Promise<Value>,
  clock: Clock,
  isGivenUp: () => boolean,
): Promise<Value> {
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
    try {
      return await action();
    } catch (error) {
      if (!isStoreUnavailable(error) || isGivenUp()) throw error;
    }
    await new Promise<void>((resolve) => void clock.after(delayMs, resolve));
  }
}
