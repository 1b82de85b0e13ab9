import { withoutContext } from '../context/context.js';
import { errorFields, type HooklineError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { RejectedRequest } from './rejection.js';

/** From one line about a source and a reason to the next. */
const QUIET_MS = 60_000;

export interface RejectionTellerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Quiet {
  /** Null: none of the hub. */
  readonly source: string | null;
  readonly code: string;
  readonly level: 'warn' | 'error';
  readonly until: number;
  /** How many came since the last line. */
  readonly more: number;
}

/**
 * Tells the log of requests that were refused, or failed: of the first of each source and reason at once, of those behind it once a minute,
 * how many they were.
 */
export class RejectionTeller {
  readonly #deps: RejectionTellerDeps;
  readonly #quiet = new Map<string, Quiet>();
  readonly #timers = new Map<string, () => void>();

  constructor(deps: RejectionTellerDeps) {
    this.#deps = deps;
  }

  tell(source: string | null, request: Pick<RejectedRequest, 'remoteAddress'>, error: HooklineError): void {
    const { clock, logger } = this.#deps;
    const now = clock.now();
    const { code, status, hint, message } = error;
    const { remoteAddress } = request;
    const level = status >= 500 ? 'error' : 'warn';
    const key = `${source} ${code}`;
    const quiet = this.#quiet.get(key);
    if (quiet === undefined || quiet.until <= now) {
      this.#quiet.set(key, { source, code, level, until: now + QUIET_MS, more: 0 });
      const fields = level === 'error' ? errorFields(error) : { code, hint };
      logger[level]({ source, status, remoteAddress, ...fields }, message);
      return;
    }
    this.#quiet.set(key, { ...quiet, more: quiet.more + 1 });
    if (!this.#timers.has(key)) this.#timers.set(key, this.#tellLater(key, quiet.until - now));
  }

  /** Tells what was not told yet. */
  stop(): void {
    for (const [key, cancel] of [...this.#timers]) {
      cancel();
      this.#tellMore(key);
    }
  }

  #tellLater(key: string, delayMs: number): () => void {
    return this.#deps.clock.after(delayMs, () => withoutContext(() => this.#tellMore(key)));
  }

  #tellMore(key: string): void {
    this.#timers.delete(key);
    const quiet = this.#quiet.get(key);
    if (quiet === undefined) return;
    const { clock, logger } = this.#deps;
    const { source, code, level, more } = quiet;
    this.#quiet.set(key, { source, code, level, until: clock.now() + QUIET_MS, more: 0 });
    logger[level]({ source, code, more }, 'more requests were refused for the same reason');
  }
}
