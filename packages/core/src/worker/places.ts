import type { Clock } from '../ports/clock.js';
import { Pace } from './pace.js';

/** More than there are places is held ready: what will have one this soon by the pace of late, within this bound. */
const AHEAD_MS = 250;
const AHEAD_PER_PLACE = 2;
/** What has left its place but is not over, its result being written, is no more than this for each place. */
const LEAVING_PER_PLACE = 10;

/** How it went with a piece of work: `outwaited` and `closed` are not begun. */
export type Occupation = 'done' | 'outwaited' | 'closed';

/** Work that gives its place up before it is over, by calling the function it is given. */
export type PlacedWork = (leave: () => void) => Promise<void>;

interface Waiting {
  readonly since: number;
  readonly go: (outcome: 'begin' | 'outwaited' | 'closed') => void;
}

/** Where work is done, each piece on a place of its own; what finds none queues for one, but not for long. */
export class Places {
  readonly #count: number;
  readonly #clock: Clock;
  readonly #pace: Pace;
  #queue: Waiting[] = [];
  #busy = 0;
  #leaving = 0;
  #isClosed = false;
  #cancelTimer: (() => void) | null = null;

  constructor(count: number, clock: Clock) {
    this.#count = count;
    this.#clock = clock;
    this.#pace = new Pace(clock);
  }

  /** How many pieces of work are worth having in hand: one for each place, what keeps them busy, what is leaving. */
  get capacity(): number {
    const ahead = Math.min(this.#count * AHEAD_PER_PLACE, Math.floor(this.#pace.perMs * AHEAD_MS));
    return this.#count + ahead + this.#leaving;
  }

  /** Pieces of work that are done per millisecond, of late. */
  get pacePerMs(): number {
    return this.#pace.perMs;
  }

  /** Does it on a place, as soon as there is one. */
  async occupy(work: PlacedWork): Promise<Occupation> {
    const turn = this.#take();
    const outcome = typeof turn === 'string' ? turn : await turn;
    if (outcome !== 'begin') return outcome;
    const visit = { hasLeft: false };
    try {
      await work(() => this.#leave(visit));
    } finally {
      if (visit.hasLeft) this.#leaving -= 1;
      else this.#passOn();
      this.#pace.note();
    }
    return 'done';
  }

  /** What has a place goes on; what queues for one does not. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
    for (const { go } of this.#queue.splice(0)) go('closed');
  }

  #take(): 'begin' | 'closed' | Promise<'begin' | 'outwaited' | 'closed'> {
    if (this.#isClosed) return 'closed';
    if (this.#busy < this.#count) {
      this.#busy += 1;
      return 'begin';
    }
    return new Promise((go) => {
      this.#queue.push({ go, since: this.#clock.now() });
      this.#watch();
    });
  }

  #leave(visit: { hasLeft: boolean }): void {
    if (visit.hasLeft || this.#leaving >= this.#count * LEAVING_PER_PLACE) return;
    visit.hasLeft = true;
    this.#leaving += 1;
    this.#passOn();
  }

  #passOn(): void {
    const next = this.#queue.shift();
    if (next) next.go('begin');
    else this.#busy -= 1;
  }

  /** Where places do not get free any more, what queues for one is for others. */
  #watch(): void {
    this.#cancelTimer ??= this.#clock.after(AHEAD_MS, () => {
      this.#cancelTimer = null;
      const begunBefore = this.#clock.now() - AHEAD_MS;
      const isLate = ({ since }: Waiting) => since <= begunBefore;
      const late = this.#queue.filter(isLate);
      this.#queue = this.#queue.filter((waiting) => !isLate(waiting));
      for (const { go } of late) go('outwaited');
      if (this.#queue.length > 0) this.#watch();
    });
  }
}
