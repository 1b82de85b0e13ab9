import { errorFields } from './errors.js';
import type { Logger } from './ports/logger.js';

/** Tells of something that fails again and again once, and once that it goes well again. */
export class Outage {
  readonly #logger: Logger;
  readonly #texts: { readonly out: string; readonly back: string };
  #isOut = false;

  constructor(logger: Logger, texts: { readonly out: string; readonly back: string }) {
    this.#logger = logger;
    this.#texts = texts;
  }

  begin(error: unknown): void {
    if (!this.#isOut) this.#logger.error(errorFields(error), this.#texts.out);
    this.#isOut = true;
  }

  end(): void {
    if (this.#isOut) this.#logger.info({}, this.#texts.back);
    this.#isOut = false;
  }
}
