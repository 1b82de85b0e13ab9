import type { NewEvent, TransactionOptions } from '@hookline/core';
import type { ModelHub } from '@hookline/sequelize';

export interface Dispatched {
  readonly type: string;
  readonly data: unknown;
  readonly options: Omit<NewEvent, 'type' | 'data'> & TransactionOptions;
}

/** A hub that keeps what it is given; `onDispatch` sees it first, and may throw. */
export class RecordingHub implements ModelHub {
  readonly dispatched: Dispatched[] = [];
  onDispatch: (dispatched: Dispatched) => unknown = () => {};

  get types(): readonly string[] {
    return this.dispatched.map(({ type }) => type);
  }

  get last(): Dispatched {
    return this.dispatched.at(-1) as Dispatched;
  }

  async dispatchAll(events: readonly NewEvent[], { transaction }: TransactionOptions = {}) {
    for (const { type, data, ...options } of events) {
      const dispatched = {
        type,
        data: JSON.parse(JSON.stringify(data)),
        options: { ...options, ...(transaction ? { transaction } : {}) },
      };
      await this.onDispatch(dispatched);
      this.dispatched.push(dispatched);
    }
    return events.map((_, index) => ({ id: `evt_${this.dispatched.length - events.length + index}` }));
  }
}
