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
  /** A further condition on rows of `open` that are claimed one by one; null for none. */
  readonly claimable: string | null;
}

export function deliveryWork({ deliveries, deliveries_open }: Tables): WorkKind<DeliveryRecord> {
  return {
    table: deliveries,
    open: deliveries_open,
    columns: DELIVERY_COLUMNS,
    claimedState: 'delivering',
    doneState: 'delivered',
    cleared: ['"hold" = NULL'],
    claimable: isFirstOfGroup(deliveries_open),
  };
}

/** What goes together is claimed by its first: the others come with it. */
function isFirstOfGroup(open: string): string {
  return `("group_key" IS NULL OR NOT EXISTS (
        SELECT FROM ${open} AS earlier WHERE earlier."group_key" = ${open}."group_key"
          AND earlier."group_order" < ${open}."group_order" AND earlier."next_attempt_at" IS NOT NULL
      ))`;
}

export function runWork({ runs, runs_open }: Tables): WorkKind<RunRecord> {
  return {
    table: runs,
    open: runs_open,
    columns: RUN_COLUMNS,
    claimedState: 'running',
    doneState: 'succeeded',
    cleared: [],
    claimable: null,
  };
}
