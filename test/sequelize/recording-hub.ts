import type { DispatchAllOptions, NewEvent } from '@hookline/core';
import type { ModelHub } from '@hookline/sequelize';
import { RecordingLogger } from '../support/recording-logger.js';

export interface Dispatched {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly options: Omit<NewEvent, 'type' | 'data'> & Pick<DispatchAllOptions, 'transaction'>;
}

/** A hub that keeps what it is given; `onDispatch` sees it first, and may throw. */
export class RecordingHub implements ModelHub {
  /** Without those that were replaced. */
  readonly dispatched: Dispatched[] = [];
  /** The options of every call. */
  readonly calls: DispatchAllOptions[] = [];
  readonly logger = new RecordingLogger();
  onDispatch: (dispatched: Dispatched) => unknown = () => {};
  #count = 0;

  get types(): readonly string[] {
    return this.dispatched.map(({ type }) => type);
  }

  get last(): Dispatched {
    return this.dispatched.at(-1) as Dispatched;
  }

  async dispatchAll(events: readonly NewEvent[], options: DispatchAllOptions = {}) {
    this.calls.push(options);
    const ids: { readonly id: string }[] = [];
    for (const event of events) {
      const dispatched = this.#toDispatched(event, options);
      await this.onDispatch(dispatched);
      this.dispatched.push(dispatched);
      ids.push(dispatched);
    }
    for (const id of options.replacing ?? []) this.#remove(id);
    return ids;
  }

  #toDispatched({ type, data, ...event }: NewEvent, { transaction }: DispatchAllOptions): Dispatched {
    const options = { ...event, ...(transaction ? { transaction } : {}) };
    return { id: `evt_${this.#count++}`, type, data: JSON.parse(JSON.stringify(data)), options };
  }

  #remove(id: string): void {
    const index = this.dispatched.findIndex((dispatched) => dispatched.id === id);
    if (index !== -1) this.dispatched.splice(index, 1);
  }
}
