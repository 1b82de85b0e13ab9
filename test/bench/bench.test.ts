import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Measurement, Report } from './bench.js';
import { benches } from './benches/all.js';
import { ENTRANTS, SHAPES } from './benches/delivery-entrants.js';
import { runBench } from './run-bench.js';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

/** The whole benches, with figures that mean something, are `npm run bench`. */
describe('The benches, in their short form', function () {
  this.timeout(300_000);

  for (const bench of benches) {
    it(`${bench.name} runs, and reports what it measured`, async () => {
      const report = await runBench(bench, { size: 'short', note: () => {} });
      expect(JSON.parse(JSON.stringify(report))).to.deep.equal(report);
      expectReport(report, bench.name);
    });
  }

  it('delivery has every contender deliver all, and prints one JSON object', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        '--import',
        'tsx',
        MAIN,
        'delivery',
        '--short',
        '--json',
        '--only',
        'hookline',
        '--only',
        'bare-undici',
      ],
      { cwd: fileURLToPath(new URL('../..', import.meta.url)) },
    );
    const report = JSON.parse(stdout) as Report;
    expectReport(report, 'delivery');
    const chosen = ENTRANTS.filter(({ name }) => ['hookline', 'bare-undici'].includes(name));
    expect(report.results.map(({ name }) => name)).to.deep.equal(
      SHAPES.flatMap(({ title }) => chosen.map(({ name }) => `${name}, ${title}`)),
    );
    expect(report.targets.map(({ want }) => want)).to.deep.equal(['>= 0.4', '>= 0.65', '<= 2', '<= 1.5']);
  });
});

function expectReport(report: Report, name: string): void {
  expect(report).to.include({ bench: name });
  expect(report.machine).to.include.keys('cpu', 'cores', 'memoryGiB', 'os', 'node');
  expect(report.versions).to.include.keys('Hookline', 'undici', 'sequelize');
  expect(report.rounds).to.be.at.least(1);
  expect(report.results).to.not.be.empty;
  for (const { name: contender, rounds, ...figures } of report.results) {
    expect(rounds, contender).to.not.be.empty;
    for (const each of [figures, ...rounds]) expectFigures(each, contender);
  }
  for (const target of report.targets) {
    expect(target.want).to.match(/^(>=|<=) [\d.,]+/);
    expect(target.got, target.name).to.be.a('number').and.satisfy(Number.isFinite);
    expect(target.met).to.be.a('boolean');
  }
}

function expectFigures(measurement: Measurement, contender: string): void {
  expect(Object.keys(measurement), contender).to.not.be.empty;
  for (const value of Object.values(measurement)) expect(value, contender).to.satisfy(Number.isFinite);
}
