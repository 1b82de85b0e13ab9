import type { LookupAddress, LookupAllOptions } from 'node:dns';
import type { Lookup } from './guarded-lookup.js';

export interface Question {
  readonly hostname: string;
  readonly options: LookupAllOptions;
  /** Nobody waits for the answer any more. */
  readonly isOver: () => boolean;
}

interface Turn extends Question {
  readonly answer: (error: Error | null, addresses: LookupAddress[]) => void;
}

/**
 * Asks the resolver of the system for one name at a time. Each takes one of the few threads that files and cryptography need
 * as well, and nothing can take that back before the system gives up, so that it is over only then.
 */
export class SystemTurns {
  readonly #lookup: Lookup;
  readonly #waiting: Turn[] = [];
  #isBusy = false;

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
  }

  ask(question: Question): Promise<LookupAddress[]> {
    return new Promise((resolve, reject) => {
      const answer: Turn['answer'] = (error, addresses) =>
        error === null ? resolve(addresses) : reject(error);
      this.#waiting.push({ ...question, answer });
      this.#next();
    });
  }

  #next(): void {
    if (this.#isBusy) return;
    const turn = this.#nextWanted();
    if (turn === null) return;
    this.#isBusy = true;
    this.#lookup(turn.hostname, { ...turn.options, all: true }, (error, addresses) => {
      this.#isBusy = false;
      turn.answer(error, addresses);
      this.#next();
    });
  }

  #nextWanted(): Turn | null {
    for (let turn = this.#waiting.shift(); turn !== undefined; turn = this.#waiting.shift()) {
      if (!turn.isOver()) return turn;
    }
    return null;
  }
}
