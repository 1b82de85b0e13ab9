import type { EraseQuery } from '@hookline/core';
import { Binds } from '../binds.js';
import { columnOf } from '../columns.js';
import { inScope, where } from '../conditions.js';
import type { Database, Run } from '../database.js';
import type { Tables } from '../tables.js';
import { type PartPrefix, partsOf } from './event-parts.js';
import { deliveryWork, runWork, type Work, type WorkKind } from './work-kinds.js';

const PAGE = 1_000;

/** What of an attempt may repeat the content of its event, as `withoutContent` of core says. */
export const CONTENT_OF_ATTEMPTS = ['failureMessage', 'responseHeaders', 'responseBody'] as const;

/** Page by page, each in a transaction of its own. Answers how many events there are. */
export async function eraseEvents(database: Database, query: EraseQuery, now: number): Promise<number> {
  let count = 0;
  for (let after = ''; ; ) {
    const ids = await findEvents(database, query, after);
    if (ids.length > 0) await database.transact((run) => erasePage(run, database.tables, ids, now));
    count += ids.length;
    if (ids.length < PAGE) return count;
    after = ids.at(-1) ?? after;
  }
}

/** Nothing that is asked for is left out: an id that is missing finds no event, and not all of them. */
async function findEvents(database: Database, query: EraseQuery, after: string): Promise<readonly string[]> {
  const binds = new Binds();
  const is = (column: string, value: string) => `${column} = ${binds.add('text', value)}`;
  const asked =
    'id' in query
      ? [is('"id"', query.id)]
      : [is('"subject_type"', query.subjectType), is('"subject_id"', query.subjectId)];
  const conditions = [...asked, ...inScope(binds, query), `"id" > ${binds.add('text', after)}`];
  const rows = await database.run(
    `SELECT "id" FROM ${database.tables.events} ${where(conditions)} ORDER BY "id" LIMIT ${PAGE}`,
    binds,
  );
  return rows.map((row) => String(row.id));
}

/**
 * One after the other, so that each statement sees what those had stored for whom it waited: a fan-out that holds the
 * outbox row, then a settle that holds the open delivery, then the attempt which that appended. Who comes later finds
 * the event fanned out, the lease gone, the event erased. Rows are locked in the order of their ids, as all do it.
 */
async function erasePage(run: Run, tables: Tables, ids: readonly string[], now: number): Promise<void> {
  for (const statement of [eraseContent, takeFromOutbox, cancelOwed, eraseTraces]) {
    const binds = new Binds();
    await run(statement(tables, binds, binds.addAll('text', ids), now), binds);
  }
}

type Statement = (tables: Tables, binds: Binds, ids: string, now: number) => string;

/** `erasedPayload` of core: what stands before the data stays, byte for byte. */
const ERASED_PAYLOAD = `substr("payload", 1, strpos("payload", ',"data":') + 7) || 'null}'`;

const eraseContent: Statement = ({ events }, binds, ids, now) =>
  `WITH held AS MATERIALIZED (
    SELECT "id" FROM ${events} WHERE "id" = ANY(${ids}) AND "erased_at" IS NULL ORDER BY "id" FOR UPDATE
  )
  UPDATE ${events} SET "payload" = ${ERASED_PAYLOAD}, "headers" = NULL, "erased_at" = ${binds.add('bigint', now)}
  WHERE "id" = ANY(ARRAY(SELECT "id" FROM held))`;

const takeFromOutbox: Statement = ({ outbox }, _binds, ids) =>
  `WITH held AS MATERIALIZED (
    SELECT "event_id" FROM ${outbox} WHERE "event_id" = ANY(${ids}) ORDER BY "event_id" FOR UPDATE
  )
  DELETE FROM ${outbox} WHERE "event_id" = ANY(ARRAY(SELECT "event_id" FROM held))`;

const cancelOwed: Statement = (tables, binds, ids, now) => {
  const instant = binds.add('bigint', now);
  const cancel = (
    prefix: PartPrefix,
    { table, open }: Pick<WorkKind<Work>, 'table' | 'open'>,
    changes: string,
  ) => `
    ${prefix}_held AS MATERIALIZED (
      SELECT open."id" FROM ${open} AS open
      WHERE open."id" = ANY(ARRAY(SELECT part."id" FROM ${partsOf(ids, prefix, tables)}))
        AND open."next_attempt_at" IS NOT NULL
      ORDER BY open."id" FOR UPDATE
    ), ${prefix}_open AS (
      UPDATE ${open} SET "state" = 'cancelled', "next_attempt_at" = NULL, "lease" = NULL, "leased_until" = 0
      WHERE "id" = ANY(ARRAY(SELECT "id" FROM ${prefix}_held))
    ), ${prefix}_cancelled AS (
      UPDATE ${table} SET "state" = 'cancelled', "next_attempt_at" = NULL, "finalized_at" = ${instant}, ${changes}
      WHERE "id" = ANY(ARRAY(SELECT "id" FROM ${prefix}_held))
    )`;
  return `WITH ${cancel('dlv', deliveryWork(tables), `"manual" = false, "hold" = NULL, "reason" = 'event-erased'`)},
    ${cancel('run', runWork(tables), `"hold" = NULL, "last_error" = 'event-erased'`)} SELECT`;
};

const eraseTraces: Statement = (tables, binds, ids, now) =>
  `WITH attempts_held AS MATERIALIZED (
    SELECT "delivery_id", "number", "id" FROM ${tables.attempts}
    WHERE "delivery_id" = ANY(ARRAY(SELECT part."id" FROM ${partsOf(ids, 'dlv', tables)}))
    ORDER BY "delivery_id", "number", "id" FOR UPDATE
  ), attempts_erased AS (
    UPDATE ${tables.attempts} SET ${CONTENT_OF_ATTEMPTS.map((field) => `${columnOf(field)} = NULL`).join(', ')}
    WHERE "delivery_id" = ANY(ARRAY(SELECT DISTINCT "delivery_id" FROM attempts_held))
  ), runs_erased AS (
    UPDATE ${tables.runs} SET "last_error" = NULL
    WHERE "id" = ANY(ARRAY(SELECT part."id" FROM ${partsOf(ids, 'run', tables)})) AND "state" = 'exhausted'
  )
  UPDATE ${tables.receipts} SET "url" = split_part("url", '?', 1), "headers" = '{}', "body" = '',
    "erased_at" = coalesce("erased_at", ${binds.add('bigint', now)})
  WHERE "event_id" = ANY(${ids})`;
