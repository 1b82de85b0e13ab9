import type { Result, Scenario, Score } from './scenario.ts';

const COLUMNS = ['committed', 'owed', 'received', 'lost', 'duplicates', 'catchUpS'] as const;
const TITLES: Readonly<Record<(typeof COLUMNS)[number], string>> = {
  committed: 'events committed',
  owed: 'deliveries owed',
  received: 'received distinct',
  lost: 'lost',
  duplicates: 'duplicates',
  catchUpS: 'caught up in s',
};

/** One aligned line for each scenario; the width of the first column comes from those that will be played. */
export function tableFor(scenarios: readonly Scenario[]) {
  const width = Math.max('scenario'.length, ...scenarios.map(({ name }) => name.length));
  const line = (name: string, cells: readonly string[], last: string) =>
    [
      name.padEnd(width),
      ...COLUMNS.map((column, index) => (cells[index] ?? '').padStart(TITLES[column].length)),
      last,
    ].join('  ');
  return {
    head: line(
      'scenario',
      COLUMNS.map((column) => TITLES[column]),
      'passed',
    ),
    row: (result: Result) =>
      line(
        result.name,
        COLUMNS.map((column) => cellOf(result, column)),
        result.passed ? 'yes' : 'NO',
      ),
  };
}

function cellOf(result: Result, column: (typeof COLUMNS)[number]): string {
  return column === 'catchUpS' ? result.catchUpS.toFixed(1) : result[column].toLocaleString('en');
}

export function problemsOf({ name, problems }: Result): string {
  return problems.map((problem) => `${name}: ${problem}`).join('\n');
}

export function toJson(results: readonly Result[]): string {
  const scenarios = results.map(({ problems: _, ...score }): Score => score);
  return JSON.stringify({ scenarios }, null, 2);
}
