import type { RetryPolicy } from './retry-policy.js';

/** So many failures in a row, and nothing else, open it. */
const OPENS_AFTER = 20;
/** However long the retry policy waits. */
const MAX_COOLDOWN_MS = 60_000;
/** What is held while it is open comes back one per cooldown, and within this time in any case. */
const MAX_HELD_MS = 15 * 60_000;

/** `probe`: let through alone, to see whether the receiver answers again. */
export type Passage =
  | { readonly kind: 'through' | 'probe' }
  | { readonly kind: 'held'; readonly until: number };

const THROUGH: Passage = { kind: 'through' };

/**
 * Keeps attempts from a receiver that does nothing but fail (Nygard, Release It!). Open, it holds them for as long as the
 * retry policy would wait; then one is let through, whose success closes it and whose failure begins the next wait. It
 * is the process's own: others find out for themselves.
 */
export class Circuit {
  #failuresInRow = 0;
  /** How often it has opened since it was closed; 0 while it is closed. */
  #openings = 0;
  #openUntil = 0;
  #cooldownMs = 0;
  #heldCount = 0;
  #isProbing = false;

  get isOpen(): boolean {
    return this.#openings > 0;
  }

  pass(now: number): Passage {
    if (!this.isOpen) return THROUGH;
    if (now >= this.#openUntil && !this.#isProbing) {
      this.#isProbing = true;
      return { kind: 'probe' };
    }
    this.#heldCount += 1;
    const heldMs = Math.min(this.#heldCount * this.#cooldownMs, MAX_HELD_MS);
    return { kind: 'held', until: Math.max(now, this.#openUntil) + heldMs };
  }

  /** True where this closed it. */
  succeeded(): boolean {
    const wasOpen = this.isOpen;
    this.#failuresInRow = 0;
    this.#openings = 0;
    this.#isProbing = false;
    return wasOpen;
  }

  /** @param isProbe whether `pass` let it through alone. True where this opened it. */
  failed(now: number, policy: RetryPolicy, isProbe: boolean): boolean {
    this.#failuresInRow += 1;
    if (this.isOpen ? !isProbe : this.#failuresInRow < OPENS_AFTER) return false;
    const wasClosed = !this.isOpen;
    this.#isProbing = false;
    this.#openings += 1;
    this.#heldCount = 0;
    this.#cooldownMs = cooldownOf(policy, this.#openings);
    this.#openUntil = now + this.#cooldownMs;
    return wasClosed;
  }

  /** What was let through came to nothing, on our side. */
  abandoned(): void {
    this.#isProbing = false;
  }
}

/** Where the policy ends, its last delay goes on. Without jitter: nobody else waits for the same. */
function cooldownOf(policy: RetryPolicy, openings: number): number {
  const last = Math.max(1, Math.min(openings, policy.maxAttempts - 1));
  return Math.min(policy.delayMsAfterAttempt(last, 0.5) ?? MAX_COOLDOWN_MS, MAX_COOLDOWN_MS);
}
