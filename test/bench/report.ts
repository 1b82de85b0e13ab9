import type { Report, Result } from './bench.ts';
import { type Figure, figuresOf } from './rounds.ts';
import { spread } from './statistics.ts';

interface Column {
  readonly figure: Figure;
  readonly title: string;
  readonly unit?: string;
}

const COLUMNS: readonly Column[] = [
  { figure: 'perSec', title: 'per second' },
  { figure: 'cpuMsPer1000', title: 'CPU ms per 1,000' },
  { figure: 'p50', title: 'p50 ms' },
  { figure: 'p95', title: 'p95 ms' },
  { figure: 'p99', title: 'p99 ms' },
  { figure: 'max', title: 'max ms' },
  { figure: 'memoryMiB', title: 'memory MiB' },
  { figure: 'receiverCpuMsPer1000', title: 'CPU receiver' },
  { figure: 'postgresCpuMsPer1000', title: 'CPU Postgres' },
  { figure: 'redisCpuMsPer1000', title: 'CPU Redis' },
  { figure: 'walBytesEach', title: 'WAL bytes each' },
  { figure: 'diskBytesEach', title: 'disk bytes each' },
  { figure: 'redisCommandsEach', title: 'Redis commands each' },
];

/** A report as text for a terminal. */
export function renderReport(report: Report): string {
  const { bench, machine, versions, rounds, results, ratios, targets, notes } = report;
  const sections = [
    `${bench}: median of ${rounds} rounds, and how far they lay apart`,
    aligned(rowsOf(results)),
    aligned(Object.entries(ratios).map(([name, ratio]) => [name, decimal(ratio)])),
    aligned(targets.map(({ name, want, got, met }) => [name, want, decimal(got), met ? 'met' : 'NOT MET'])),
    notes.map((note) => `- ${note}`).join('\n'),
    Object.values(machine).join(', '),
    Object.entries(versions)
      .map((pair) => pair.join(' '))
      .join(', '),
  ];
  return sections.filter(Boolean).join('\n\n');
}

/** The figures of all results, a line each, below a head; only columns that some result fills. */
export function rowsOf(results: readonly Result[]): readonly (readonly string[])[] {
  const columns = COLUMNS.filter(({ figure }) => results.some((result) => result[figure] !== undefined));
  const head = ['', ...columns.map(({ title }) => title)];
  return [
    head,
    ...results.map((result) => [result.name, ...columns.map(({ figure }) => cell(result, figure))]),
  ];
}

export function decimal(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function cell(result: Result, figure: Figure): string {
  const value = result[figure];
  if (value === undefined) return '';
  const values = figuresOf(result.rounds, figure);
  const apart = values.length > 1 ? ` ±${Math.round((spread(values) / 2) * 100)}%` : '';
  return `${decimal(value)}${apart}`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row.map((text, column) =>
      column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0),
    ),
  );
  return lines.map((line) => line.join('  ').trimEnd()).join('\n');
}
