// npm run faults: real processes, a real Postgres and a real Redis, and everything that can happen to them.
import { readArguments } from './arguments.ts';
import { measure } from './measure.ts';
import { problemsOf, tableFor, toJson } from './report.ts';
import { startServers } from './run-scenario.ts';
import { runSuite } from './run-suite.ts';
import type { Result } from './scenario.ts';

const { isJson, size, chosen, isMeasuring } = readArguments(process.argv.slice(2));
const table = tableFor(chosen);
const startedAt = Date.now();
const elapsedS = () => Math.round((Date.now() - startedAt) / 1_000);
const print = (line: string) => process.stdout.write(`${line}\n`);
const note = (line: string) => process.stderr.write(`${line}\n`);

const servers = await startServers();
try {
  if (isMeasuring) for (const line of await measure(servers)) print(line);
  else await playAll();
} finally {
  await servers.stop();
}

async function playAll(): Promise<void> {
  const narrate = isJson ? note : print;
  narrate(table.head);
  const results = await runSuite(chosen, size, servers, {
    onBegin: ({ name, proves }) => isJson && note(`after ${elapsedS()} s: ${name}. ${proves}`),
    onResult: (result: Result) => {
      narrate(table.row(result));
      if (!result.passed) note(problemsOf(result));
    },
  });
  if (isJson) print(toJson(results));
  const failed = results.filter(({ passed }) => !passed).length;
  narrate(`\n${results.length - failed} passed, ${failed} failed, in ${elapsedS()} s`);
  if (failed > 0) process.exitCode = 1;
}
