import type { Clock } from '../ports/clock.js';
import { FairQueue } from './fair-queue.js';
import type { Lane, Rank, Visit } from './lane.js';
import { Pace } from './pace.js';

/** More than there are places is held ready: what will have one this soon by the pace of late, within this bound. */
const AHEAD_MS = 250;
const AHEAD_PER_PLACE = 2;
/** What has left its place but is not over, its result being written or its receiver slow, is no more than this for each place. */
export const LEAVING_PER_PLACE = 10;
/** Work that takes longer than this only waits for somebody, and leaves its place to others. */
const SLOW_MS = 100;

/** How it went with a piece of work: `outwaited` and `closed` are not begun. */
export type Occupation = 'done' | 'outwaited' | 'closed';

/** Work that gives its place up before it is over, by calling the function it is given. */
export type PlacedWork = (leave: () => void) => Promise<void>;

/** What is to be known of work to share places out. */
export interface Standing {
  /** Null for work that has to do with no other. */
  readonly lane: Lane | null;
  readonly rank: Rank;
}

interface Waiting extends Standing {
  readonly since: number;
  readonly go: (outcome: PlacedVisit | 'outwaited' | 'closed') => void;
}

/** A piece of work that was begun. */
class PlacedVisit implements Visit {
  readonly since: number;
  readonly lane: Lane | null;
  hasPlace = true;

  constructor(since: number, lane: Lane | null) {
    this.since = since;
    this.lane = lane;
  }
}

const ALONE: Standing = { lane: null, rank: 'first' };

/**
 * Where work is done, each piece on a place of its own; what finds none, or whose lane is full, queues for one, but not
 * for long. A piece that takes long leaves its place, but not its lane: so places are for what moves, and a lane
 * is what bounds how much a slow receiver can have under way.
 */
export class Places {
  readonly #count: number;
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #queue = new FairQueue<Waiting>();
  /** Those that have a place, the longest there first. */
  readonly #visits = new Set<PlacedVisit>();
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

  /** Does it on a place, as soon as there is one and its lane has room. */
  async occupy(work: PlacedWork, standing: Standing = ALONE): Promise<Occupation> {
    const taking = this.#take(standing);
    const visit = taking instanceof Promise ? await taking : taking;
    if (typeof visit === 'string') return visit;
    try {
      await work(() => this.#leave(visit));
    } finally {
      this.#end(visit);
      this.#pace.note();
    }
    return 'done';
  }

  /** What has a place goes on; what queues for one does not. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
    for (const { go } of this.#queue.remove(() => true)) go('closed');
  }

  #take(standing: Standing): PlacedVisit | 'closed' | Promise<PlacedVisit | 'outwaited' | 'closed'> {
    if (this.#isClosed) return 'closed';
    const { lane, rank } = standing;
    if (this.#visits.size < this.#count && (lane === null || lane.hasRoom)) return this.#enter(lane);
    return new Promise((go) => {
      this.#queue.push({ lane, rank, go, since: this.#clock.now() });
      this.#watch();
    });
  }

  #enter(lane: Lane | null): PlacedVisit {
    const visit = new PlacedVisit(this.#clock.now(), lane);
    this.#visits.add(visit);
    lane?.enter(visit);
    this.#watch();
    return visit;
  }

  /** What is left to do waits for nobody else: others may begin in its place and in its lane. */
  #leave(visit: PlacedVisit): void {
    visit.lane?.leave(visit);
    this.#leavePlace(visit);
    this.#passOn();
  }

  #leavePlace(visit: PlacedVisit): void {
    if (!visit.hasPlace || this.#leaving >= this.#count * LEAVING_PER_PLACE) return;
    visit.hasPlace = false;
    this.#visits.delete(visit);
    this.#leaving += 1;
  }

  #end(visit: PlacedVisit): void {
    visit.lane?.leave(visit);
    if (visit.hasPlace) this.#visits.delete(visit);
    else this.#leaving -= 1;
    this.#passOn();
  }

  #passOn(): void {
    while (this.#visits.size < this.#count) {
      const next = this.#queue.shift();
      if (next === null) return;
      next.go(this.#enter(next.lane));
    }
  }

  /** Looks now and then for what takes long on its place, and for what waits long for one. */
  #watch(): void {
    this.#cancelTimer ??= this.#clock.after(SLOW_MS, () => {
      this.#cancelTimer = null;
      this.#leaveSlow(this.#clock.now() - SLOW_MS);
      const patientSince = this.#clock.now() - AHEAD_MS;
      for (const { go } of this.#queue.remove(({ since }) => since <= patientSince)) go('outwaited');
      if (!this.#isClosed && this.#queue.size + this.#visits.size > 0) this.#watch();
    });
  }

  #leaveSlow(before: number): void {
    for (const visit of this.#visits) {
      if (visit.since > before) break;
      this.#leavePlace(visit);
    }
    this.#passOn();
  }
}
