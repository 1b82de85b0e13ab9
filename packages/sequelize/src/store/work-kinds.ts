import type { DeliveryRecord, RunRecord } from '@hookline/core';
import { type Columns, DELIVERY_COLUMNS, RUN_COLUMNS } from '../columns.js';
import type { Tables } from '../tables.js';

export interface Work {
  readonly id: string;
  readonly eventId: string;
  readonly state: string;
  readonly nextAttemptAt: number | null;
}

/** The tables of one kind of work, and its states that mean something to them. */
export interface WorkKind<Item extends Work> {
  readonly table: string;
  /** A narrow row for each row of `table` that did not succeed. */
  readonly open: string;
  readonly columns: Columns<Item>;
  readonly claimedState: Item['state'];
  readonly doneState: Item['state'];
  /** What becomes of columns that a result says nothing of. */
  readonly cleared: readonly string[];
  /** The column of `open` that says whose turn it is; null where all is one's. */
  readonly owner: string | null;
}

export function deliveryWork({ deliveries, deliveries_open }: Tables): WorkKind<DeliveryRecord> {
  return {
    table: deliveries,
    open: deliveries_open,
    columns: DELIVERY_COLUMNS,
    claimedState: 'delivering',
    doneState: 'delivered',
    cleared: ['"hold" = NULL'],
    owner: '"webhook_id"',
  };
}

export function runWork({ runs, runs_open }: Tables): WorkKind<RunRecord> {
  return {
    table: runs,
    open: runs_open,
    columns: RUN_COLUMNS,
    claimedState: 'running',
    doneState: 'succeeded',
    // none that is claimed is held
    cleared: [],
    owner: null,
  };
}
