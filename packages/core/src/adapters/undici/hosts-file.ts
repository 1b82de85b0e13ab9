import type { LookupAddress } from 'node:dns';
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';

/** So often it is looked whether the file has changed. */
const LOOK_MS = 5_000;

type Names = ReadonlyMap<string, readonly LookupAddress[]>;

/**
 * What the hosts file says. It is read in place, as the threads that read files otherwise may all be held by those who wait
 * for a DNS server: a small file, and only when it has changed.
 */
export class HostsFile {
  readonly #path: string;
  readonly #now: () => number;
  #names: Names = new Map();
  #version = '';
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(path = systemPath(), now: () => number = () => performance.now()) {
    this.#path = path;
    this.#now = now;
  }

  /** The name in lower case. */
  addressesOf(name: string): readonly LookupAddress[] | undefined {
    if (this.#now() - this.#lookedAt >= LOOK_MS) this.#look();
    return this.#names.get(name);
  }

  #look(): void {
    this.#lookedAt = this.#now();
    const version = versionOf(this.#path);
    if (version === this.#version) return;
    this.#version = version;
    this.#names = version === '' ? new Map() : namesIn(textOf(this.#path));
  }
}

function systemPath(): string {
  if (process.platform !== 'win32') return '/etc/hosts';
  return `${process.env.SystemRoot ?? 'C:\\Windows'}\\System32\\drivers\\etc\\hosts`;
}

/** Empty where there is no such file, or none that may be seen. */
function versionOf(path: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return '';
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function namesIn(text: string): Names {
  const names = new Map<string, LookupAddress[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    if (family === 0) continue;
    for (const alias of aliases) note(names, alias.toLowerCase(), { address, family });
  }
  return names;
}

function note(names: Map<string, LookupAddress[]>, name: string, found: LookupAddress): void {
  const known = names.get(name);
  if (known === undefined) names.set(name, [found]);
  else known.push(found);
}
