import type { Logger } from '../../ports/logger.js';

const SETTLED_MS = 1_000;

export interface OutageTexts {
  readonly out: string;
  readonly back: string;
}

/** Says once that something does not work, and once that it works again: as soon as it did so for a second. */
export class OutageLog {
  readonly #logger: Logger;
  readonly #queue: string;
  readonly #texts: OutageTexts;
  #isOut = false;
  #settling: NodeJS.Timeout | null = null;

  constructor(logger: Logger, queue: string, texts: OutageTexts) {
    this.#logger = logger;
    this.#queue = queue;
    this.#texts = texts;
  }

  begin(problem: string): void {
    this.stop();
    if (this.#isOut) return;
    this.#isOut = true;
    this.#logger.warn({ queue: this.#queue, problem }, this.#texts.out);
  }

  end(): void {
    if (!this.#isOut || this.#settling) return;
    this.#settling = setTimeout(() => {
      this.#settling = null;
      this.#isOut = false;
      this.#logger.info({ queue: this.#queue }, this.#texts.back);
    }, SETTLED_MS);
    this.#settling.unref();
  }

  /** Says nothing more of what ended just now. */
  stop(): void {
    if (this.#settling) clearTimeout(this.#settling);
    this.#settling = null;
  }
}
