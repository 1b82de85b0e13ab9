import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripTypes } from '../faults/build-programs.ts';
import { Program } from '../faults/program.ts';

const SOURCES = fileURLToPath(new URL('..', import.meta.url));
/** Within the project, so that the programs find its packages; laid out as the sources are. */
const TARGET = fileURLToPath(new URL('../../node_modules/.cache/hookline-bench', import.meta.url));
const FOLDERS = ['bench/programs', 'bench/peers', 'bench/scale', 'faults/programs'];
const END_MS = 20_000;
let isBuilt = false;

export interface StartOptions {
  /** For a CPU profile of the process. Default: none is taken. */
  readonly profileFolder?: string | undefined;
  /** Further arguments for Node. Default: none. */
  readonly execArgv?: readonly string[];
}

/** Starts one of `programs/` in a process of its own: plain JavaScript, so that no loader is measured. */
export function startProgram<Order>(
  title: string,
  file: string,
  config: object = {},
  { profileFolder, execArgv = [] }: StartOptions = {},
): Promise<Program<Order>> {
  build();
  return Program.start<Order>(title, file, config, {
    folder: join(TARGET, 'bench/programs'),
    execArgv: [...(profileFolder ? profiling(title, profileFolder) : []), ...execArgv],
  });
}

/** As its author would end it, so that it closes what it opened and writes its profile. */
export async function endProgram<Order>(program: Program<Order>): Promise<void> {
  if (!program.isAlive) return;
  program.signal('SIGTERM');
  const code = await program.ends(END_MS);
  if (code !== null) return;
  await program.kill();
  throw new Error(`${program.title} did not end within ${END_MS} ms:\n${program.log}`);
}

function profiling(title: string, folder: string): readonly string[] {
  const name = `${title.replace(/\W+/g, '-')}-${Date.now()}.cpuprofile`;
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}`];
}

function build(): void {
  if (isBuilt) return;
  for (const folder of FOLDERS) stripTypes(join(SOURCES, folder), join(TARGET, folder));
  isBuilt = true;
}
