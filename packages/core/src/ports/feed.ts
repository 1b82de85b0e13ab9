import type { Store } from './store.js';

/** Where relays take what is not an event yet, such as row changes that a trigger has recorded. */
export interface Feed {
  /** For the log. */
  readonly name: string;
  /**
   * Makes events of what waits, oldest first and not more than suits one transaction: what it takes is gone if and
   * only if the events are there. Answers how many items it took; 0 means that nothing waits. Several processes may
   * pull at the same time, and get different items. `store` is that of the hub.
   */
  pull(store: Store): Promise<number>;
}

/** A feed that a hub has taken in. */
export interface FeedHandle {
  /** Has it pulled soon: at once, or when this transaction has ended. A hint: each sweep pulls by itself. */
  wake(transaction?: unknown): void;
  /** Takes it out again. */
  remove(): void;
}
