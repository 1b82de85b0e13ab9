import { freshDatabase } from '../../support/postgres.js';
import { ALL_WAYS } from './all-ways.js';
import { observe } from './observe.js';
import { CAPTURES, type Capture, type Seen, type Way } from './way.js';
import { openWorld, type World } from './world.js';

/** What each capture sees of each way; a way is gone once. */
export class Matrix {
  readonly #seen = new Map<string, Promise<readonly Seen[]>>();
  readonly #worlds = new Map<Capture, Promise<World>>();
  readonly #drops: (() => Promise<void>)[] = [];
  #last: Promise<unknown> = Promise.resolve();

  see(way: Way, capture: Capture): Promise<readonly Seen[]> {
    const key = `${capture} ${way.title} ${ALL_WAYS.indexOf(way)}`;
    const seen = this.#seen.get(key) ?? this.#inTurn(() => this.#observe(way, capture));
    this.#seen.set(key, seen);
    return seen;
  }

  /** Of all ways, for the docs. */
  async seeAll(): Promise<Observed> {
    const pairs = ALL_WAYS.map(
      async (way) => [way, await Promise.all(CAPTURES.map((capture) => this.see(way, capture)))] as const,
    );
    return new Map(
      (await Promise.all(pairs)).map(([way, [hooks = [], trigger = []]]) => [way, { hooks, trigger }]),
    );
  }

  async close(): Promise<void> {
    for (const world of this.#worlds.values()) await (await world).close();
    for (const drop of this.#drops) await drop();
  }

  async #observe(way: Way, capture: Capture): Promise<readonly Seen[]> {
    const world = this.#worlds.get(capture) ?? this.#open(capture);
    this.#worlds.set(capture, world);
    return observe(await world, way);
  }

  async #open(capture: Capture): Promise<World> {
    const { url, drop } = await freshDatabase();
    this.#drops.push(drop);
    return openWorld(url, capture);
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }
}

export type Observed = ReadonlyMap<Way, Readonly<Record<Capture, readonly Seen[]>>>;
