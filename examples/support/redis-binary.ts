import { execFile } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export interface RedisBinary {
  readonly command: string;
  /** Folders with libraries that only this copy brings; empty for an installed one. */
  readonly libraries: readonly string[];
}

const run = promisify(execFile);
const NAME = 'redis-server';
const PACKAGE = 'redis-server';
const FETCH_TIMEOUT_MS = 120_000;
const ADVICE =
  'Install Redis (apt-get install redis-server, dnf install redis, brew install redis), or set HOOKLINE_REDIS_URL ' +
  'to the URL of an empty Redis of your own.';

let found: Promise<RedisBinary> | null = null;

/**
 * Finds `redis-server`: on the PATH, else the copy that an earlier call kept in the cache folder of this user, else,
 * on Debian and its relatives, a copy fetched by apt and unpacked there. Nothing is installed, so no server of the
 * system's starts, and it needs no root. Rejects with an Error that tells what to do where none runs.
 */
export function findRedisBinary(): Promise<RedisBinary> {
  found ??= find().catch((error) => {
    found = null;
    throw error;
  });
  return found;
}

async function find(): Promise<RedisBinary> {
  const installed = findOnPath();
  if (installed) return { command: installed, libraries: [] };
  const folder = cacheFolder();
  const kept = await findCopy(folder);
  if (kept) return kept;
  await fetchCopy(folder);
  const fetched = await findCopy(folder);
  if (fetched) return fetched;
  throw new Error(`The copy of ${NAME} in ${folder} does not run here. ${ADVICE}`);
}

function findOnPath(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = folders.map((folder) => join(folder, NAME));
  return candidates.find((path) => existsSync(path)) ?? null;
}

/** Named after the system, whose libraries the copy uses beside its own. */
function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'hookline', `redis-${readRelease()}-${process.arch}`);
}

function readRelease(): string {
  if (!existsSync('/etc/os-release')) return process.platform;
  const text = readFileSync('/etc/os-release', 'utf8');
  const field = (name: string) => new RegExp(`^${name}="?([\\w.-]*)`, 'm').exec(text)?.[1] ?? '';
  return `${field('ID')}${field('VERSION_ID')}`;
}

/** Taken only from this process's own user, so that nobody else can put a program in its place. */
async function findCopy(folder: string): Promise<RedisBinary | null> {
  const entry = lstatSync(folder, { throwIfNoEntry: false });
  if (!entry?.isDirectory() || entry.uid !== process.getuid?.()) return null;
  const copy = { command: join(folder, 'usr', 'bin', NAME), libraries: findLibraries(folder) };
  try {
    await run(copy.command, ['--version'], { env: environmentOf(copy) });
    return copy;
  } catch {
    return null;
  }
}

/** The environment to run it in. */
export function environmentOf({ libraries }: RedisBinary): NodeJS.ProcessEnv {
  if (libraries.length === 0) return process.env;
  const path = [...libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return { ...process.env, LD_LIBRARY_PATH: path };
}

function findLibraries(folder: string): readonly string[] {
  const roots = ['lib', 'usr/lib'].map((path) => join(folder, path)).filter((path) => existsSync(path));
  return roots.flatMap((root) =>
    readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name.includes('-linux-'))
      .map((entry) => join(root, entry.name)),
  );
}

async function fetchCopy(folder: string): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  try {
    const packages = await download(work);
    for (const file of packages) await run('dpkg', ['-x', file, join(work, 'root')]);
    await publish(join(work, 'root'), folder);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new Error(`There is no ${NAME} on the PATH, and apt fetched none: ${problem}\n${ADVICE}`, {
      cause,
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** With the package lists that are there; where those are missing or old, with fresh ones of our own. */
async function download(work: string): Promise<readonly string[]> {
  // a cache of our own: apt leaves out what the system's holds already
  const cache = await makeFolder(work, 'cache', 'archives');
  const options = ['-o', `Dir::Cache=${join(cache, '..')}`];
  try {
    return await downloadWith(work, options);
  } catch {
    const lists = await makeFolder(work, 'lists');
    const fresh = [...options, '-o', `Dir::State::lists=${lists}`];
    await apt(work, ['update', ...fresh]);
    return downloadWith(work, fresh);
  }
}

/** As apt wants it, with a folder `partial` inside. */
async function makeFolder(...path: readonly string[]): Promise<string> {
  const folder = join(...path);
  await mkdir(join(folder, 'partial'), { recursive: true });
  return folder;
}

/** What apt would install: the server and whatever it needs that is not installed. */
async function downloadWith(work: string, options: readonly string[]): Promise<readonly string[]> {
  const plan = [
    'install',
    '--print-uris',
    '-qq',
    '-y',
    '--no-install-recommends',
    '-o',
    'Debug::NoLocking=1',
  ];
  const uris = await apt(work, [...plan, ...options, PACKAGE]);
  const packages = [...uris.matchAll(/^'[^']+' ([^_ ]+)_([^_ ]+)_[^_ ]+\.deb /gm)];
  if (packages.length === 0) throw new Error(`apt knows of nothing to fetch for ${PACKAGE}`);
  const wanted = packages.map(([, name, version]) => `${name}=${decodeURIComponent(version ?? '')}`);
  await apt(work, ['download', '-qq', ...options, ...wanted]);
  const files = await readdir(work);
  return files.filter((file) => file.endsWith('.deb')).map((file) => join(work, file));
}

async function apt(cwd: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const { stdout } = await run('apt-get', [...args], { cwd, env, timeout: FETCH_TIMEOUT_MS });
  return stdout;
}

/** Renaming is atomic. Where another process was faster, its copy is the one. */
async function publish(fresh: string, folder: string): Promise<void> {
  try {
    await rename(fresh, folder);
  } catch {
    if (await findCopy(folder)) return;
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  }
}
