import type { Row } from '../sequelize-like.js';

/** What a trigger has recorded, without the row itself. */
export interface RecordedChange {
  readonly id: string;
  /** The table, as in `BindingPlan.table`. */
  readonly source: string;
  readonly transactionId: string;
  /** Milliseconds since the Unix epoch. */
  readonly occurredAt: number;
  readonly context: string | null;
  readonly hasBefore: boolean;
  readonly hasAfter: boolean;
  /** Columns that changed, and whose values are not recorded. */
  readonly hidden: readonly string[];
  /** Set where it stands for many rows. */
  readonly summary: RecordedSummary | null;
  /** How often it failed to become an event. */
  readonly failedCount: number;
}

export interface RecordedSummary {
  readonly operation: 'created' | 'updated' | 'destroyed';
  readonly count: number;
}

export const RECORDED_COLUMNS = `id, source, transaction_id AS "transactionId", occurred_at AS "occurredAt", context,
  before IS NOT NULL AS "hasBefore", after IS NOT NULL AS "hasAfter", to_jsonb(hidden) AS hidden,
  operation, row_count AS "rowCount", failed_count AS "failedCount"`;

export function readRecorded(row: Row): RecordedChange {
  const { rowCount, operation } = row;
  return {
    id: String(row.id),
    source: String(row.source),
    transactionId: String(row.transactionId),
    occurredAt: Number(row.occurredAt),
    context: row.context as string | null,
    hasBefore: row.hasBefore === true,
    hasAfter: row.hasAfter === true,
    hidden: (row.hidden ?? []) as readonly string[],
    summary:
      rowCount === null
        ? null
        : { operation: operation as RecordedSummary['operation'], count: Number(rowCount) },
    failedCount: Number(row.failedCount),
  };
}
