import type { Lane } from '../worker/lane.js';
import { Circuit } from './circuit.js';

/** How many attempts to a receiver that is not known yet are made at once. */
const FIRST_LIMIT = 10;
/** How much the newest attempt says of how long they take. */
const NEWEST_SHARE = 0.2;
/** What waits so long for its lane had better wait in the store. */
const JAMMED_MS = 250;
const MIN_PUT_ASIDE_MS = 500;
const MAX_PUT_ASIDE_MS = 15 * 60_000;
/** So many times what it has at once is called back when it runs empty. */
const CALLED_BACK = 2;

/** How an attempt ended, as far as it tells of the receiver. `overloaded`: no answer in time, or one that asks for less. */
export type LaneOutcome = 'fine' | 'failed' | 'overloaded';

/**
 * The attempts to one webhook in this process. How many are made at once is found out: one more with each that went
 * fine, half as many with each that the receiver could not take (AIMD, as in TCP: RFC 5681), never more than its cap.
 */
export class WebhookLane implements Lane {
  readonly key: string;
  readonly owner: string;
  readonly circuit = new Circuit();
  readonly #cap: number;
  readonly #now: () => number;
  readonly #begunAt = new Set<{ readonly at: number }>();
  #limit: number;
  #averageMs = 0;
  #putAsideCount = 0;

  constructor(key: string, owner: string, cap: number, now: () => number) {
    this.key = key;
    this.owner = owner;
    this.#cap = cap;
    this.#limit = Math.min(FIRST_LIMIT, cap);
    this.#now = now;
  }

  get hasRoom(): boolean {
    return this.#begunAt.size < this.#limit;
  }

  get isJammed(): boolean {
    return !this.hasRoom && this.#attemptMs() > JAMMED_MS;
  }

  /** Nothing is known of it that would not be found out again. */
  get isForgettable(): boolean {
    return this.#begunAt.size === 0 && !this.circuit.isOpen;
  }

  enter(): () => void {
    const begun = { at: this.#now() };
    this.#begunAt.add(begun);
    return () => {
      this.#begunAt.delete(begun);
    };
  }

  note(outcome: LaneOutcome, durationMs: number): void {
    this.#averageMs += (durationMs - this.#averageMs) * NEWEST_SHARE;
    if (outcome === 'fine') this.#limit = Math.min(this.#limit + 1, this.#cap);
    if (outcome === 'overloaded') this.#limit = Math.max(1, Math.floor(this.#limit / 2));
  }

  /** For how long what finds no room is put aside: until its turn comes, as far as that can be told. */
  putAsideMs(): number {
    this.notePutAside();
    const expectedMs = (this.#attemptMs() * this.#putAsideCount) / this.#limit;
    return Math.round(Math.min(Math.max(expectedMs, MIN_PUT_ASIDE_MS), MAX_PUT_ASIDE_MS));
  }

  notePutAside(): void {
    this.#putAsideCount += 1;
  }

  /** How much of what was put aside is to come back now, as there is room for it. */
  takeBack(): number {
    if (this.#putAsideCount === 0 || this.circuit.isOpen || this.#begunAt.size > this.#limit / 2) return 0;
    const count = Math.min(this.#putAsideCount, this.#limit * CALLED_BACK);
    this.#putAsideCount -= count;
    return count;
  }

  /** Of late, or as long as the oldest takes already. */
  #attemptMs(): number {
    const [oldest] = this.#begunAt;
    return Math.max(this.#averageMs, oldest ? this.#now() - oldest.at : 0);
  }
}
