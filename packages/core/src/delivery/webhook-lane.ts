import type { Lane, Visit } from '../worker/lane.js';
import { Circuit, type CircuitPolicy } from './circuit.js';

/** How much the newest attempt says of how long they take. */
const NEWEST_SHARE = 0.2;
/** What takes so long, and so many times longer than attempts usually do, had better be waited for in the store. */
const JAMMED_MS = 1_000;
const TIMES_SLOWER = 4;
/** So many attempts say how long they usually take. */
const KNOWN_AFTER = 20;
/** However long attempts usually take. */
const STUCK_MS = 5_000;
const MIN_PUT_ASIDE_MS = 500;
const MAX_PUT_ASIDE_MS = 15 * 60_000;
/** In step with the sweep of this process, it would always be this one that takes it again. */
const PUT_ASIDE_JITTER = 0.5;
/** So many times what it has at once is called back when it runs empty. */
const CALLED_BACK = 2;

/** How long attempts take, of late. */
export class Average {
  readonly #newestShare: number;
  #ms = 0;
  #count = 0;

  /** @param newestShare how much the newest says of it */
  constructor(newestShare: number) {
    this.#newestShare = newestShare;
  }

  get ms(): number {
    return this.#ms;
  }

  /** Whether there were enough for that to mean something. */
  get isKnown(): boolean {
    return this.#count >= KNOWN_AFTER;
  }

  add(durationMs: number): void {
    this.#count += 1;
    this.#ms += (durationMs - this.#ms) * Math.max(this.#newestShare, 1 / this.#count);
  }
}

export interface LaneWorld {
  readonly circuit: CircuitPolicy;
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Over all lanes: a process that is busy itself takes long with each of them. */
  readonly usual: Average;
}

/** How an attempt ended, as far as it tells of the receiver. `overloaded`: no answer in time, or one that asks for less. */
export type LaneOutcome = 'fine' | 'failed' | 'overloaded';

/**
 * The attempts to one webhook in this process. As many are made at once as its cap allows, until the receiver cannot
 * take them: then half as many with each that it could not, and one more with each that went fine (AIMD, as in TCP: RFC
 * 5681).
 */
export class WebhookLane implements Lane {
  readonly key: string;
  readonly owner: string;
  readonly circuit: Circuit;
  readonly #cap: number;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #usual: Average;
  /** The longest there first. */
  readonly #visits = new Set<Visit>();
  #limit: number;
  readonly #average = new Average(NEWEST_SHARE);
  #putAsideCount = 0;
  /** With those that are just being put aside. */
  #expectedCount = 0;
  #isTakingBack = false;

  /** @param usual that of all lanes together */
  constructor(key: string, owner: string, cap: number, { circuit, now, random, usual }: LaneWorld) {
    this.key = key;
    this.owner = owner;
    this.circuit = new Circuit(circuit);
    this.#cap = cap;
    this.#limit = cap;
    this.#now = now;
    this.#random = random;
    this.#usual = usual;
  }

  get hasRoom(): boolean {
    return this.#visits.size < this.#limit;
  }

  get isJammed(): boolean {
    if (this.hasRoom) return false;
    const attemptMs = this.#attemptMs();
    const usualMs = this.#usual.isKnown ? this.#usual.ms : 0;
    return attemptMs > STUCK_MS || (attemptMs > JAMMED_MS && attemptMs > TIMES_SLOWER * usualMs);
  }

  /** Nothing is known of it that would not be found out again. */
  get isForgettable(): boolean {
    return this.#visits.size === 0 && !this.circuit.isOpen;
  }

  enter(visit: Visit): void {
    this.#visits.add(visit);
  }

  leave(visit: Visit): void {
    this.#visits.delete(visit);
  }

  note(outcome: LaneOutcome, durationMs: number): void {
    this.#average.add(durationMs);
    this.#usual.add(durationMs);
    if (outcome === 'fine') this.#limit = Math.min(this.#limit + 1, this.#cap);
    if (outcome === 'overloaded') this.#limit = Math.max(1, Math.floor(this.#limit / 2));
  }

  /**
   * For how long what finds no room is put aside: until its turn comes, as far as that can be told.
   * @param isAgain whether it was before, and came too early
   */
  putAsideMs(isAgain: boolean): number {
    if (!isAgain) this.#expectedCount += 1;
    const expectedMs = (this.#attemptMs() * Math.max(1, this.#expectedCount)) / this.#limit;
    const ms = Math.min(Math.max(expectedMs, MIN_PUT_ASIDE_MS), MAX_PUT_ASIDE_MS);
    return Math.round(ms * (1 + this.#random() * PUT_ASIDE_JITTER));
  }

  /** One more is put aside, and stored so; not one that was before. */
  notePutAside(): void {
    this.#putAsideCount += 1;
  }

  /** Another process has put aside some, nobody knows how many. */
  suspectPutAside(): void {
    this.#putAsideCount = Math.max(this.#putAsideCount, this.#limit * CALLED_BACK);
  }

  /** How much of what was put aside is to come back now, as there is room for it; 0 while some is coming back. */
  takeBack(): number {
    const isBusy = this.circuit.isOpen || this.#isTakingBack || this.#visits.size > this.#limit / 2;
    if (this.#putAsideCount === 0 || isBusy) return 0;
    this.#isTakingBack = true;
    return Math.min(this.#putAsideCount, this.#limit * CALLED_BACK);
  }

  /** So much of it came back; none: it is due by itself, or was. */
  tookBack(count: number): void {
    this.#isTakingBack = false;
    this.#putAsideCount = count === 0 ? 0 : Math.max(0, this.#putAsideCount - count);
    this.#expectedCount = this.#putAsideCount;
  }

  /** Of late, or as long as the oldest takes already. */
  #attemptMs(): number {
    const [oldest] = this.#visits;
    return Math.max(this.#average.ms, oldest ? this.#now() - oldest.since : 0);
  }
}
