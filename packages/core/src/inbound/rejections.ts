import type { HooklineError } from '../errors.js';
import { RejectionCounter, type RejectionCounterDeps } from './count-rejections.js';
import { type RejectedRequest, toRejection } from './rejection.js';
import { RejectionTeller } from './tell-rejections.js';

/** What becomes of the news that a request was refused: some lines in the log, one row in the store. */
export class Rejections {
  readonly #deps: RejectionCounterDeps;
  readonly #counter: RejectionCounter;
  readonly #teller: RejectionTeller;

  constructor(deps: RejectionCounterDeps) {
    this.#deps = deps;
    this.#counter = new RejectionCounter(deps);
    this.#teller = new RejectionTeller(deps);
  }

  /**
   * What is our fault is in the log, and no refusal. `source` is null where there is none of that name: anybody can think of any number of those, so nothing is stored.
   */
  note(source: string | null, request: RejectedRequest, error: HooklineError): void {
    this.#teller.tell(source, request, error);
    if (source !== null && error.status < 500)
      this.#counter.add(toRejection(source, request, error, this.#deps.clock.now()));
  }

  flush(): Promise<void> {
    return this.#counter.flush();
  }

  stop(): Promise<void> {
    this.#teller.stop();
    return this.#counter.stop();
  }
}
