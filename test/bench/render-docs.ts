import type { Report, Target } from './bench.ts';
import { decimal, rowsOf } from './report.ts';

const INTRO = `Taken by \`npm run bench -- all --write\`, which writes this page from the reports in [benchmarks](benchmarks).
All contenders of a bench run in turn on one machine, together with the receiver, Postgres and Redis, each round in
fresh processes and every round in another order: what one has to another is the finding, and the absolute figures are
those of that machine. Shown is the median over the rounds; \`±\` is half of what lies between the lowest round and the
highest, as a share of the median.`;

/** The page docs/benchmarks.md. */
export function renderDocs(reports: readonly Report[]): string {
  return ['# Benchmarks', INTRO, ...reports.flatMap(sectionsOf)].join('\n\n').concat('\n');
}

function sectionsOf(report: Report): readonly string[] {
  const { bench, results, ratios, targets, notes, machine, versions } = report;
  return [
    `## ${bench}`,
    `${report.title} ${report.rounds} rounds.`,
    `![${bench}](benchmarks/${bench}.svg)`,
    table(rowsOf(results)),
    ...listed('Targets', targetRows(targets)),
    ...listed('Ratios', ratioRows(ratios)),
    notes.map((note) => `- ${note}`).join('\n'),
    `${Object.values(machine).join(', ')}. ${pairs(versions)}. [The whole report](benchmarks/${bench}.json)`,
  ].filter(Boolean);
}

function targetRows(targets: readonly Target[]): readonly (readonly string[])[] {
  return targets.map(({ name, want, got, met }) => [name, want, decimal(got), met ? 'yes' : '**no**']);
}

function ratioRows(ratios: Readonly<Record<string, number>>): readonly (readonly string[])[] {
  return Object.entries(ratios).map(([name, ratio]) => [name, decimal(ratio)]);
}

/** Nothing where there are no rows. */
function listed(title: string, rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const head = title === 'Targets' ? ['Targets', 'want', 'got', 'met'] : [title, ''];
  return [table([head, ...rows])];
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

function pairs(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map((pair) => pair.join(' '))
    .join(', ');
}
