/**
 * Turns calls with one item into calls with many: while a batch is under way, the next one gathers. A lone call
 * starts at once, and the size of batches grows with the load by itself, without a timer.
 *
 * `run` answers one result per item, in order. Where a batch of several is rejected, its items are tried one by
 * one, so that a single bad item fails alone: `run` must be all-or-none.
 */
export function groupCalls<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  maxItems: number,
): (item: Item) => Promise<Result> {
  let waiting: Call<Item, Result>[] = [];
  let running = false;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxItems);
      waiting = waiting.slice(maxItems);
      await runBatch(run, batch);
    }
    running = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (running) return;
      running = true;
      queueMicrotask(() => void flush());
    });
}

interface Call<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
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
    if (batch.length === 1) batch[0]?.reject(error);
    else for (const call of batch) await runBatch(run, [call]);
  }
}
