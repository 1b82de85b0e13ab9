import { withoutContext } from '../context/context.js';
import { isStoreUnavailable } from '../errors.js';
import { takeTurns } from './take-turns.js';

export interface BatchLimits<Item> {
  readonly maxItems: number;
  /** What an item weighs, and what a batch may: bytes, so that a few large items do not make a huge statement. */
  readonly weigh?: (item: Item) => number;
  readonly maxWeight?: number;
}

export interface GroupOptions<Item> extends BatchLimits<Item> {
  /** How long a batch gathers after one of several, in milliseconds, while it is smaller than half of what it may be: where
   * nobody is in a hurry, fewer and larger batches cost less. Default 0. */
  readonly gathersMs?: number;
  /** How many batches may be under way: more than one where each waits long for a disk, and none for another. Default 1. */
  readonly atOnce?: number;
  /** Whose an item is: owners take turns where more waits than goes into a batch. Default: all are one's. */
  readonly ownerOf?: (item: Item) => string;
}

/**
 * Turns calls with one item into calls with many: while as many batches as may be are under way, the next one gathers. A lone call
 * starts at once, and the size of batches grows with the load by itself, without a timer unless `gathersMs` is given.
 *
 * `run` is called in no context, since a batch is nobody's own. It answers one result per item, in order. Where a batch
 * of several is rejected, its halves are tried, down to the bad item, which fails alone: `run` must be all-or-none. Where
 * the store is unavailable all fail at once.
 */
export function groupCalls<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  options: GroupOptions<Item>,
): (item: Item) => Promise<Result> {
  const { weigh = () => 0, ownerOf, atOnce = 1 } = options;
  const limits = { ...options, weigh: ({ item }: Call<Item, Result>) => weigh(item) };
  let waiting: Call<Item, Result>[] = [];
  let running = 0;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      if (ownerOf) waiting = [...takeTurns(waiting, options.maxItems, ({ item }) => ownerOf(item))];
      const size = batchSize(waiting, limits);
      const batch = waiting.slice(0, size);
      waiting = waiting.slice(size);
      await runBatch(run, batch);
      if (batch.length > 1 && waiting.length < options.maxItems / 2) await rest(options.gathersMs);
    }
    running--;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (running >= atOnce) return;
      running++;
      withoutContext(() => queueMicrotask(() => void flush()));
    });
}

/** In real time: it is about the work of this machine, whatever clock the hub runs on. */
async function rest(ms = 0): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

interface Call<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** How many of the first items make a batch: at least one, whatever it weighs. */
export function batchSize<Item>(
  items: readonly Item[],
  { maxItems, weigh = () => 0, maxWeight = Number.POSITIVE_INFINITY }: BatchLimits<Item>,
): number {
  let weight = 0;
  const end = items.findIndex((item, index) => {
    weight += weigh(item);
    return index > 0 && (index >= maxItems || weight > maxWeight);
  });
  return end === -1 ? items.length : end;
}

async function runBatch<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  batch: readonly Call<Item, Result>[],
): Promise<void> {
  try {
    const results = await run(batch.map((call) => call.item));
    batch.forEach((call, index) => {
      call.resolve(results[index] as Result);
    });
  } catch (error) {
    if (batch.length === 1 || isStoreUnavailable(error)) {
      for (const call of batch) call.reject(error);
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await runBatch(run, batch.slice(0, middle));
    await runBatch(run, batch.slice(middle));
  }
}
