// What `npm test` runs after the build: every test on the current frameworks, then the adapters' tests again on
// the oldest ones they support. Ends with one line of totals. Arguments are handed to mocha (`-- --grep retry`).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const ARGS = process.argv.slice(2);
const REPORTER = fileURLToPath(new URL('./counting-reporter.mjs', import.meta.url));

const RUNS = [
  { title: 'All tests', specs: ['test'], nodeOptions: [], env: {} },
  {
    title: 'Adapters on Express 4, Koa 2 and @koa/router 12',
    specs: ['test/express', 'test/koa'],
    nodeOptions: ['import=./test/support/use-frameworks.mjs'],
    env: { HOOKLINE_TEST_FRAMEWORKS: 'old' },
  },
];

const folder = mkdtempSync(join(tmpdir(), 'hookline-tests-'));
try {
  const results = [];
  for (const run of RUNS) results.push(await runMocha(run));
  report(results);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function runMocha({ title, specs, nodeOptions, env }) {
  console.log(`\n${title}`);
  const countsFile = join(folder, 'counts.json');
  rmSync(countsFile, { force: true });
  const mocha = spawn(
    process.execPath,
    [
      MOCHA,
      ...nodeOptions.flatMap((option) => ['--node-option', option]),
      ...['--reporter', REPORTER, '--reporter-option', `countsFile=${countsFile}`],
      ...(process.env.CI ? ['--forbid-only'] : []),
      ...ARGS,
      ...specs,
    ],
    { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const [code] = await once(mocha, 'close');
  return {
    title,
    code,
    counts: existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, 'utf8')) : null,
  };
}

function report(results) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { title, code, counts } of results) {
    const problem = findProblem(code, counts);
    if (problem) console.error(`${title}: ${problem}`);
    total.passed += counts?.passed ?? 0;
    total.skipped += counts?.skipped ?? 0;
    // A run that broke counts as a failed test, so that the totals never look whole.
    total.failed += (counts?.failed ?? 0) + (problem ? 1 : 0);
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}

function findProblem(code, counts) {
  if (!counts) return `mocha ended with code ${code} before it had run the tests.`;
  const isFiltered = ARGS.length > 0;
  if (counts.passed + counts.failed === 0 && !isFiltered) return 'no test was executed.';
  if (counts.leftOpen) return `the tests ended but left something open: ${counts.leftOpen}.`;
  if (code !== 0 && counts.failed === 0) return `mocha ended with code ${code} though every test passed.`;
  return null;
}
