/** What a program is told by its parent, besides orders. */
interface Envelope<Order> {
  readonly number: number;
  readonly order: Order;
}

/** The configuration that this process was started with. */
export function readConfig<Config>(): Config {
  return JSON.parse(process.argv[2] ?? '{}') as Config;
}

/** Tells the parent something it did not ask for. */
export function tell(news: string): void {
  process.send?.({ news });
}

/**
 * Obeys the parent's orders, each with an answer, and says that it is ready. A process whose parent is gone has
 * nothing to live for.
 */
export function obey<Order>(carryOut: (order: Order) => unknown): void {
  process.on('disconnect', orphaned);
  process.on('message', async ({ number, order }: Envelope<Order>) => {
    try {
      process.send?.({ number, answer: (await carryOut(order)) ?? null });
    } catch (error) {
      process.send?.({
        number,
        problem: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  });
  tell('ready');
}

/** Listens to the parent no longer: only the program's own work keeps the process alive. */
export function leave(): void {
  process.off('disconnect', orphaned);
  if (process.connected) process.disconnect();
}

function orphaned(): void {
  process.exit(1);
}
