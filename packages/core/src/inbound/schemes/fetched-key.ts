import { HooklineError } from '../../errors.js';

/** Fetches the text behind a URL that was checked before. An app may bring its own, with a cache that its processes share. */
export type FetchText = (url: string) => Promise<string>;

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 100_000;
const MAX_KEYS = 100;
/** A key that is fetched again and again for forged requests must cost its owner little. */
const KEEP_MS = 60 * 60 * 1_000;
const KEEP_FAILURE_MS = 30_000;
/** A forger can name a new key with each request: nobody is called more often for that. */
const MAX_FETCHES = 20;
const FETCHES_WITHIN_MS = 60_000;

interface Remembered<Key> {
  readonly until: number;
  readonly key: Promise<Key>;
}

/**
 * Keys by their URL or id: fetched once for an hour, by many at the same time once, and not again for half a minute where
 * that failed. At most 100 are kept, and at most 20 fetched in a minute: then KEY_UNAVAILABLE is thrown, and the sender comes
 * again.
 */
export class FetchedKeys<Key> {
  readonly #kind: string;
  readonly #fetch: (name: string) => Promise<Key>;
  readonly #known = new Map<string, Remembered<Key>>();
  #fetchedAt: readonly number[] = [];

  constructor(kind: string, fetch: (name: string) => Promise<Key>) {
    this.#kind = kind;
    this.#fetch = fetch;
  }

  /** @param now milliseconds since the Unix epoch */
  get(name: string, now: number): Promise<Key> {
    const remembered = this.#known.get(name);
    if (remembered && remembered.until > now) return remembered.key;
    if (!this.#mayFetch(now)) return Promise.reject(this.#tooOften(name));
    const key = this.#fetch(name);
    this.#remember(name, { key, until: now + KEEP_MS });
    key.catch(() => this.#remember(name, { key, until: now + KEEP_FAILURE_MS }));
    return key;
  }

  #mayFetch(now: number): boolean {
    const recent = this.#fetchedAt.filter((at) => at > now - FETCHES_WITHIN_MS);
    const isAllowed = recent.length < MAX_FETCHES;
    this.#fetchedAt = isAllowed ? [...recent, now] : recent;
    return isAllowed;
  }

  #tooOften(name: string): HooklineError {
    const problem = `${MAX_FETCHES} others were fetched within a minute`;
    return new HooklineError('KEY_UNAVAILABLE', { source: this.#kind, url: name, problem });
  }

  #remember(name: string, remembered: Remembered<Key>): void {
    this.#known.delete(name);
    this.#known.set(name, remembered);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KEYS && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** No redirects, 5 s and 100,000 bytes at most. Throws KEY_UNAVAILABLE. */
export async function fetchText(kind: string, url: string): Promise<string> {
  try {
    const reply = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!reply.ok) throw new Error(`it answered ${reply.status}`);
    return await readText(reply);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new HooklineError('KEY_UNAVAILABLE', { source: kind, url, problem }, cause);
  }
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
