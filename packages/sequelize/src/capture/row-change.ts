import type { Changes } from '@hookline/core';
import type { Model } from 'sequelize';

/** What became of a row by one write, whoever saw it: hooks, a comparison of rows, or a trigger. */
export interface RowChange {
  readonly kind: 'created' | 'updated' | 'destroyed' | 'restored';
  /** All attributes of the row: as it is now, or as it was before it went. */
  readonly row: Model;
  /** Every attribute that is another now, before any rule of the binding; empty for a row that is new or gone. */
  readonly changes: Changes;
}
