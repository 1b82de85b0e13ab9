import type { Prunable, PruneRequest, PruneResult } from '@hookline/core';
import { Binds } from '../binds.js';
import type { Database } from '../database.js';
import type { Tables } from '../tables.js';
import { isPartOf } from './event-parts.js';
import { deliveryWork, runWork, type Work, type WorkKind } from './work-kinds.js';

/** How the rows of one kind are removed. */
interface Plan {
  readonly table: string;
  /** Whether the row `item` may go. */
  isOld(binds: Binds, request: PruneRequest): string;
  /** Columns of `seen`, beside the id, that the next two ask for. */
  readonly seenColumns?: string;
  /** CTEs that lock what belongs to the rows in `seen`, before these are locked. */
  readonly locks?: readonly string[];
  /** Whether all that belongs to the row of `seen` is locked. */
  readonly isLocked?: string;
  /** CTEs that remove what belongs to the rows in `doomed`. */
  readonly companions: readonly string[];
}

/**
 * Looks at `limit` rows in the order of their primary key, and removes those that are old. One statement; it locks
 * what it removes and waits for nobody. The lists of ids are arrays: for a join the planner, which cannot know how
 * few they are, may choose to read a table from end to end.
 */
export async function pruneRows(database: Database, request: PruneRequest): Promise<PruneResult> {
  const binds = new Binds();
  const plan = planOf(database.tables)[request.kind];
  const { table, isOld, seenColumns = '', locks = [], isLocked = 'true', companions } = plan;
  const old = isOld(binds, request);
  const ctes = [
    `seen AS MATERIALIZED (
      SELECT item."id", ${seenColumns} ${old} AS "is_old" FROM ${table} AS item
      WHERE item."id" > ${binds.add('text', request.after)} AND item."id" < ${binds.add('text', request.until)}
      ORDER BY item."id" LIMIT ${binds.add('bigint', request.limit)}
    )`,
    ...locks,
    `doomed AS MATERIALIZED (
      SELECT item."id" FROM ${table} AS item
      WHERE item."id" = ANY(ARRAY(SELECT "id" FROM seen WHERE "is_old" AND ${isLocked})) AND ${old}
      FOR UPDATE OF item SKIP LOCKED
    )`,
    ...companions,
    `removed AS (DELETE FROM ${table} WHERE "id" = ${DOOMED} RETURNING "id")`,
  ];
  const [row] = await database.run(
    `WITH ${ctes.join(', ')}
    SELECT (SELECT count(*) FROM removed) AS "removed", count(*) AS "seen", max("id") AS "last" FROM seen`,
    binds,
  );
  const next = Number(row?.seen) < request.limit ? null : String(row?.last);
  return { removed: Number(row?.removed), next };
}

const DOOMED = 'ANY(ARRAY(SELECT "id" FROM doomed))';

function planOf(tables: Tables): Readonly<Record<Prunable, Plan>> {
  const attempts = `attempts_removed AS (DELETE FROM ${tables.attempts} WHERE "delivery_id" = ${DOOMED})`;
  return {
    deliveries: planOfWork(deliveryWork(tables), [attempts]),
    runs: planOfWork(runWork(tables), []),
    receipts: { table: tables.receipts, isOld: isBefore('"received_at"'), companions: [] },
    rejections: { table: tables.rejections, isOld: isBefore('"last_at"'), companions: [] },
    events: {
      table: tables.events,
      isOld: (binds, request) =>
        [
          isBefore('"occurred_at"')(binds, request),
          isNowhere(tables.outbox, 'part."event_id" = item."id"'),
          isNowhere(tables.deliveries, isPartOf('item."id"', 'dlv', 'part')),
          isNowhere(tables.runs, isPartOf('item."id"', 'run', 'part')),
        ].join(' AND '),
      companions: [`keys_removed AS (DELETE FROM ${tables.event_keys} WHERE "event_id" = ${DOOMED})`],
    },
  };
}

/** What was given up has an open row, which is locked first, as all do it. */
function planOfWork(
  { table, open, doneState }: Pick<WorkKind<Work>, 'table' | 'open' | 'doneState'>,
  companions: readonly string[],
): Plan {
  return {
    table,
    isOld: isWorkOver,
    seenColumns: 'item."state",',
    locks: [
      `held AS MATERIALIZED (
        SELECT "id" FROM ${open} WHERE "id" = ANY(ARRAY(SELECT "id" FROM seen WHERE "is_old" AND "state" <> '${doneState}'))
        FOR UPDATE SKIP LOCKED
      )`,
    ],
    isLocked: `("state" = '${doneState}' OR "id" IN (SELECT "id" FROM held))`,
    companions: [...companions, `closed AS (DELETE FROM ${open} WHERE "id" = ${DOOMED})`],
  };
}

function isBefore(column: string) {
  return (binds: Binds, { endedBefore }: PruneRequest) =>
    `item.${column} < ${binds.add('bigint', endedBefore)}`;
}

function isWorkOver(binds: Binds, { endedBefore, exhaustedBefore }: PruneRequest): string {
  const [ended, exhausted] = [binds.add('bigint', endedBefore), binds.add('bigint', exhaustedBefore)];
  return `item."next_attempt_at" IS NULL
        AND item."finalized_at" < CASE item."state" WHEN 'exhausted' THEN ${exhausted} ELSE ${ended} END`;
}

/** One look into the index per event, where NOT EXISTS may become a join. */
function isNowhere(table: string, isPart: string): string {
  return `(SELECT true FROM ${table} AS part WHERE ${isPart} LIMIT 1) IS NULL`;
}
