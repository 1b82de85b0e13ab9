import { HooklineError } from '../errors.js';
import type { Logger } from '../ports/logger.js';
import type { RowSource } from '../ports/row-source.js';

/** The bound models of a hub. */
export class RowSources {
  readonly #sources = new Set<RowSource>();
  #logger: Logger | null = null;

  /** Answers the function that takes them out again. */
  add(source: RowSource): () => void {
    this.#sources.add(source);
    if (this.#logger) warnOfUnseen([source], this.#logger);
    return () => void this.#sources.delete(source);
  }

  /** Throws OPTION_INVALID. */
  of(model: object): RowSource {
    const source = this.#find((each) => each.model === model);
    if (source) return source;
    const { name } = model as { readonly name?: unknown };
    throw notBound('model', typeof name === 'string' ? name : typeof model);
  }

  named(name: string): RowSource | null {
    return this.#find((each) => each.name === name) ?? null;
  }

  get names(): readonly string[] {
    return [...new Set([...this.#sources].map(({ name }) => name))];
  }

  /** Of all of them at once, and then of each that is added later. */
  warnOfUnseen(logger: Logger): void {
    this.#logger = logger;
    warnOfUnseen([...this.#sources], logger);
  }

  #find(test: (source: RowSource) => boolean): RowSource | undefined {
    return [...this.#sources].find(test);
  }
}

/** What nothing tells of had better be known from the start. */
function warnOfUnseen(sources: readonly RowSource[], logger: Logger): void {
  const unseen = sources.filter((source) => source.unseen.length > 0);
  if (unseen.length === 0) return;
  const models = Object.fromEntries(unseen.map((source) => [source.name, source.unseen]));
  logger.warn({ models }, 'some writes to the rows of bound models become no events');
}

function notBound(option: string, got: string): HooklineError {
  return new HooklineError('OPTION_INVALID', { option, expected: 'a model that is bound to this hub', got });
}
