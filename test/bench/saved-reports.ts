import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Report } from './bench.ts';
import { benches } from './benches/all.ts';
import { renderDocs } from './render-docs.ts';
import { renderPlot } from './render-plot.ts';

export const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));

/** A file below `docs`. */
export interface DocFile {
  readonly path: string;
  readonly text: string;
}

/** Those that were kept, in the order of the benches. */
export function readReports(): readonly Report[] {
  if (!existsSync(`${DOCS}/benchmarks`)) return [];
  const saved = readdirSync(`${DOCS}/benchmarks`);
  const kept = benches.filter(({ name }) => saved.includes(`${name}.json`));
  return kept.map(
    ({ name }) => JSON.parse(readFileSync(`${DOCS}/benchmarks/${name}.json`, 'utf8')) as Report,
  );
}

/** The page and the plots that show these reports. */
export function renderReports(reports: readonly Report[]): readonly DocFile[] {
  const plots = reports.map((report) => ({
    path: `benchmarks/${report.bench}.svg`,
    text: renderPlot(report),
  }));
  return [{ path: 'benchmarks.md', text: renderDocs(reports) }, ...plots];
}

/** Keeps these reports in place of older ones of the same benches, and renders all that are kept. */
export function writeReports(reports: readonly Report[]): void {
  mkdirSync(`${DOCS}/benchmarks`, { recursive: true });
  for (const report of reports)
    writeFileSync(`${DOCS}/benchmarks/${report.bench}.json`, `${JSON.stringify(report, null, 2)}\n`);
  for (const { path, text } of renderReports(readReports())) writeFileSync(`${DOCS}/${path}`, text);
}
