import type { Store } from '@hookline/core';
import type { Tables } from '../tables.js';

/** On the store itself: a store that an app has wrapped by spreading it has it, too. */
const TABLES = Symbol.for('hookline.sequelize.tables');

/** Remembers where a store has its tables. */
export function markTables(store: Store, tables: Tables): Store {
  return Object.assign(store, { [TABLES]: tables });
}

/** Null for a store that has none in a database of Sequelize. */
export function tablesOfStore(store: Store): Tables | null {
  return (store as { readonly [TABLES]?: Tables })[TABLES] ?? null;
}
