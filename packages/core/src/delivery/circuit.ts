import { whole } from '../options.js';
import type { RetryPolicy } from './retry-policy.js';

export interface CircuitOptions {
  /** How many attempts must fail in a row, in this process, until a receiver is left alone. Default 20. */
  readonly opensAfter?: number;
  /** It is tried again after as long as its retry policy would wait, and after so many milliseconds at most. Default 60,000. */
  readonly maxCooldownMs?: number;
}

export type CircuitPolicy = Required<CircuitOptions>;

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
  readonly #policy: CircuitPolicy;
  #failuresInRow = 0;
  /** How often it has opened since it was closed; 0 while it is closed. */
  #openings = 0;
  #openUntil = 0;
  #cooldownMs = 0;
  #heldCount = 0;
  #isProbing = false;

  constructor(policy: CircuitPolicy) {
    this.#policy = policy;
  }

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
    if (this.isOpen ? !isProbe : this.#failuresInRow < this.#policy.opensAfter) return false;
    const wasClosed = !this.isOpen;
    this.#isProbing = false;
    this.#openings += 1;
    this.#heldCount = 0;
    this.#cooldownMs = this.#cooldownOf(policy);
    this.#openUntil = now + this.#cooldownMs;
    return wasClosed;
  }

  /** What was let through came to nothing, on our side. */
  abandoned(): void {
    this.#isProbing = false;
  }

  /** Where the retry policy ends, its last delay goes on. Without jitter: nobody else waits for the same. */
  #cooldownOf(retry: RetryPolicy): number {
    const { maxCooldownMs } = this.#policy;
    const last = Math.max(1, Math.min(this.#openings, retry.maxAttempts - 1));
    return Math.min(retry.delayMsAfterAttempt(last, 0.5) ?? maxCooldownMs, maxCooldownMs);
  }
}

/** Throws OPTION_INVALID. */
export function resolveCircuit(options: CircuitOptions | false = {}): CircuitPolicy {
  if (options === false) return { opensAfter: Number.POSITIVE_INFINITY, maxCooldownMs: 0 };
  const { opensAfter, maxCooldownMs } = options;
  return {
    opensAfter: whole('delivery.circuit.opensAfter', opensAfter, 20, [1, 1_000_000]),
    maxCooldownMs: whole('delivery.circuit.maxCooldownMs', maxCooldownMs, 60_000, [1, 86_400_000]),
  };
}
