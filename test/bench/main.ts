// npm run bench: what Hookline takes, beside the best that others do, measured in turn on one machine.
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments } from './arguments.ts';
import type { Report } from './bench.ts';
import { benches } from './benches/all.ts';
import { renderReport } from './report.ts';
import { runBench } from './run-bench.ts';
import { writeReports } from './saved-reports.ts';

const profileFolder = join(tmpdir(), 'hookline-profiles');
const print = (text: string) => process.stdout.write(`${text}\n`);
const note = (line: string) => process.stderr.write(`${line}\n`);

const { chosen, isList, isJson, isWriting, settings } = understand(process.argv.slice(2));
if (isList) for (const { name, title } of benches) print(`${name}: ${title}`);
if (settings.profileFolder) mkdirSync(profileFolder, { recursive: true });

const reports: Report[] = [];
if (isWriting && chosen.length === 0) writeReports([]);
for (const bench of chosen) {
  const report = await runBench(bench, { ...settings, note });
  reports.push(report);
  if (!isJson) print(`${renderReport(report)}\n`);
  if (isWriting) writeReports([report]);
}
if (isJson) print(JSON.stringify(reports.length === 1 ? reports[0] : reports, null, 2));
if (settings.profileFolder) note(`Profiles: ${profileFolder}`);

function understand(argv: readonly string[]) {
  try {
    return readArguments(argv, profileFolder);
  } catch (error) {
    note((error as Error).message);
    process.exit(2);
  }
}
