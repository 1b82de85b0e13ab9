import type { Prunable, PruneRequest, PruneResult } from '@hookline/core';
import { Binds, type Database } from '../database.js';
import type { Tables } from '../tables.js';

/** How the rows of one kind are removed. */
interface Plan {
  readonly table: string;
  /** Whether the row `item` may go. */
  isOld(binds: Binds, request: PruneRequest): string;
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
  const { table, isOld, companions } = planOf(database.tables)[request.kind];
  const old = isOld(binds, request);
  const [row] = await database.run(
    `WITH seen AS MATERIALIZED (
      SELECT item."id", ${old} AS "is_old" FROM ${table} AS item
      WHERE item."id" > ${binds.add('text', request.after)} AND item."id" < ${binds.add('text', request.until)}
      ORDER BY item."id" LIMIT ${binds.add('bigint', request.limit)}
    ), doomed AS MATERIALIZED (
      SELECT item."id" FROM ${table} AS item
      WHERE item."id" = ANY(ARRAY(SELECT "id" FROM seen WHERE "is_old")) AND ${old}
      FOR UPDATE OF item SKIP LOCKED
    ), ${[...companions, `removed AS (DELETE FROM ${table} WHERE "id" = ${DOOMED} RETURNING "id")`].join(', ')}
    SELECT (SELECT count(*) FROM removed) AS "removed", count(*) AS "seen", max("id") AS "last" FROM seen`,
    binds,
  );
  const next = Number(row?.seen) < request.limit ? null : String(row?.last);
  return { removed: Number(row?.removed), next };
}

const DOOMED = 'ANY(ARRAY(SELECT "id" FROM doomed))';

function planOf(tables: Tables): Readonly<Record<Prunable, Plan>> {
  const attempts = `attempts_removed AS (DELETE FROM ${tables.attempts} WHERE "delivery_id" = ${DOOMED})`;
  const before =
    (column: string) =>
    (binds: Binds, { endedBefore }: PruneRequest) =>
      `item.${column} < ${binds.add('bigint', endedBefore)}`;
  return {
    deliveries: { table: tables.deliveries, isOld: isWorkOver, companions: [attempts] },
    runs: { table: tables.runs, isOld: isWorkOver, companions: [] },
    receipts: { table: tables.receipts, isOld: before('"received_at"'), companions: [] },
    events: {
      table: tables.events,
      isOld: (binds, request) =>
        [
          before('"occurred_at"')(binds, request),
          ...[tables.outbox, tables.deliveries, tables.runs].map(hasNone),
        ].join(' AND '),
      companions: [],
    },
  };
}

function isWorkOver(binds: Binds, { endedBefore, exhaustedBefore }: PruneRequest): string {
  const [ended, exhausted] = [binds.add('bigint', endedBefore), binds.add('bigint', exhaustedBefore)];
  return `item."next_attempt_at" IS NULL
        AND item."finalized_at" < CASE item."state" WHEN 'exhausted' THEN ${exhausted} ELSE ${ended} END`;
}

/** One look into the index per event, where NOT EXISTS may become a join. */
function hasNone(table: string): string {
  return `(SELECT true FROM ${table} AS part WHERE part."event_id" = item."id" LIMIT 1) IS NULL`;
}
