import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Report, Result } from './bench.js';
import { renderDocs } from './render-docs.js';
import { renderPlot } from './render-plot.js';
import { DOCS, readReports, renderReports } from './saved-reports.js';

const RESULTS: readonly Result[] = [
  { name: 'hookline, 1 webhook', perSec: 2_000, rounds: [{ perSec: 1_900 }, { perSec: 2_100 }] },
  { name: 'bare & plain, 1 webhook', perSec: 4_000, rounds: [{ perSec: 4_000 }, { perSec: 4_000 }] },
];

const REPORT: Report = {
  bench: 'delivery',
  title: 'From here to there.',
  machine: { cpu: 'A CPU', cores: 2 },
  versions: { Hookline: '0.1.0' },
  rounds: 2,
  results: RESULTS,
  ratios: { 'hookline / bare': 0.5 },
  targets: [{ name: 'hookline / bare', want: '>= 0.6', got: 0.5, met: false }],
  notes: ['What is stored.'],
};

describe('The page of benchmarks', () => {
  it('shows figures with their spread, targets met or not, ratios, notes, machine and versions', () => {
    const page = renderDocs([REPORT]);
    expect(page).to.include('| hookline, 1 webhook | 2,000 ±5% |');
    expect(page).to.include('| hookline / bare | >= 0.6 | 0.50 | **no** |');
    expect(page).to.include('| hookline / bare | 0.50 |');
    for (const text of ['- What is stored.', 'A CPU, 2', 'Hookline 0.1.0', 'benchmarks/delivery.svg'])
      expect(page).to.include(text);
  });

  it('draws a bar for each result, to scale, with its range, named without what all have in common', () => {
    const plot = renderPlot(REPORT);
    const widths = [...plot.matchAll(/width="(\d+\.\d)" height="14"/g)].map((match) => Number(match[1]));
    expect(widths).to.deep.equal([175, 350]);
    expect(plot.match(/<line /g)).to.have.length(2);
    expect(plot).to.include('>hookline</text>').and.to.include('>bare &amp; plain</text>');
  });

  it('draws p50, p95 and p99 of a result as bars behind each other', () => {
    const rounds = [{ p50: 1, p95: 2, p99: 4 }];
    const plot = renderPlot({ ...REPORT, results: [{ name: 'hookline', p50: 1, p95: 2, p99: 4, rounds }] });
    const widths = [...plot.matchAll(/width="(\d+\.\d)" height="14"/g)].map((match) => Number(match[1]));
    expect(widths).to.deep.equal([350, 175, 87.5]);
    expect(plot).to.include('1.00 · 2.00 · 4.00');
  });

  it('is what the reports kept beside it show (`npm run bench -- --write` renders it anew)', () => {
    const reports = readReports();
    const expected = reports.length > 0 ? renderReports(reports) : [];
    expect(existsSync(`${DOCS}/benchmarks.md`)).to.equal(expected.length > 0);
    for (const { path, text } of expected)
      expect(readFileSync(`${DOCS}/${path}`, 'utf8'), path).to.equal(text);
  });
});
