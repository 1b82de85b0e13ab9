import type { DispatchOptions } from '@hookline/core';
import type { ModelHub } from '@hookline/sequelize';

export interface Dispatched {
  readonly type: string;
  readonly data: unknown;
  readonly options: DispatchOptions;
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

  async dispatch(type: string, data: unknown, options: DispatchOptions = {}): Promise<void> {
    const dispatched = { type, data: JSON.parse(JSON.stringify(data)), options };
    await this.onDispatch(dispatched);
    this.dispatched.push(dispatched);
  }
}
