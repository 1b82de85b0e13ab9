import { runScenario, type Servers } from './run-scenario.ts';
import type { Result, Scenario, Size } from './scenario.ts';

export interface SuiteEvents {
  onBegin(scenario: Scenario): void;
  /** Called in the order of the scenarios, each as soon as those before it are done, too. */
  onResult(result: Result): void;
}

/** Two cores are enough for so many that mostly wait. */
const SIDE_BY_SIDE = 4;

/** Those that mostly wait play side by side, in the short form all; then those that keep the machine busy, one by one. */
export async function runSuite(
  scenarios: readonly Scenario[],
  size: Size,
  servers: Servers,
  { onBegin, onResult }: SuiteEvents,
): Promise<readonly Result[]> {
  const results = new Map<Scenario, Result>();
  let reported = 0;
  const play = async (scenario: Scenario): Promise<void> => {
    onBegin(scenario);
    results.set(scenario, await runScenario(scenario, size, servers));
    for (;;) {
      const next = scenarios[reported];
      const result = next && results.get(next);
      if (!result) return;
      reported += 1;
      onResult(result);
    }
  };
  const isAlone = ({ isBusy }: Scenario) => isBusy && size === 'full';
  const waiting = scenarios.filter((scenario) => !isAlone(scenario));
  await inLanes(waiting, SIDE_BY_SIDE, play);
  await inLanes(scenarios.filter(isAlone), 1, play);
  return scenarios.flatMap((scenario) => results.get(scenario) ?? []);
}

async function inLanes<Item>(
  items: readonly Item[],
  count: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: count }, lane));
}
