import type { GroupTurn, Promoted } from '@hookline/core';
import { HELD_UNTIL_RESUMED } from '@hookline/core/adapter';
import { Binds } from '../binds.js';
import type { Columns } from '../columns.js';
import { isAmong } from '../conditions.js';
import type { Run } from '../database.js';
import type { Tables } from '../tables.js';
import type { Work, WorkKind } from './work-kinds.js';

const TURN_COLUMNS: Columns<GroupTurn> = { groupKey: 'text', waitMs: 'bigint', maxItems: 'integer' };
/** Held without end, as of a row of `open`. */
const ENDLESS = String(HELD_UNTIL_RESUMED);
const WAITS = `work."hold" IN ('predecessor', 'debounce', 'batch')`;

function isGathered(key: string): string {
  return `(${key} LIKE 'batch:%' OR ${key} LIKE 'debounce:%')`;
}

/** The first owed row of each group that `asked` names; of what goes together the first that was not begun. */
function headOf(open: string): string {
  return `CROSS JOIN LATERAL (
      SELECT open."id", open."lease", open."next_attempt_at" FROM ${open} AS open
      WHERE open."group_key" = asked."group_key" AND open."next_attempt_at" IS NOT NULL
        AND ((open."state" = 'pending' AND open."lease" IS NULL) OR NOT ${isGathered('asked."group_key"')})
      ORDER BY open."group_order" LIMIT 1
    ) AS head`;
}

/** Whether as many wait as go together at most. */
function isFull(open: string): string {
  return `asked."max_items" <= (SELECT count(*) FROM (
      SELECT FROM ${open} AS open
      WHERE open."group_key" = asked."group_key" AND open."state" = 'pending' AND open."lease" IS NULL
        AND open."next_attempt_at" IS NOT NULL LIMIT asked."max_items"
    ) AS members)`;
}

/**
 * Whether an event that the group is about, and that was stored before `event`, waits in the outbox, and is to go out by
 * now. Of a subject it is looked for among the events of that, of a webhook among all that wait: each as an index has it.
 */
function isPreceded({ outbox, events }: Tables, now: string): string {
  const waits = (isAbout: string) => `EXISTS (
      SELECT FROM ${outbox} AS waiting JOIN ${events} AS earlier ON earlier."id" = waiting."event_id"
      WHERE coalesce(waiting."due_at", 0) <= ${now} AND earlier."stored_as" < event."stored_as"
        AND earlier."account_id" IS NOT DISTINCT FROM event."account_id" ${isAbout}
    )`;
  const ofSubject = `AND earlier."subject_type" = event."subject_type" AND earlier."subject_id" = event."subject_id"`;
  return `CASE WHEN work."group_key" LIKE 'subject:%' THEN ${waits(ofSubject)} ELSE ${waits('')} END`;
}

/** The tables of a kind of work. */
type KindTables = Pick<WorkKind<Work>, 'table' | 'open'>;

/**
 * One statement, and so one instant: what of an event is not in the outbox any more is among the rows. Two who do this at
 * once make due the same ones.
 */
export async function promoteGroups(
  run: Run,
  tables: Tables,
  { table, open }: KindTables,
  turns: readonly GroupTurn[],
  now: number,
): Promise<readonly Promoted[]> {
  if (turns.length === 0) return [];
  const binds = new Binds();
  const instant = binds.add('bigint', now);
  const rows = await run(
    `WITH asked AS MATERIALIZED (SELECT * FROM ${binds.addRows(TURN_COLUMNS, turns, 'asked')}),
    ready AS MATERIALIZED (
      SELECT work."id", CASE
        WHEN work."hold" = 'predecessor' OR ${isFull(open)} THEN ${instant}
        ELSE greatest(${instant}, work."created_at" + asked."wait_ms")
      END AS "due_at"
      FROM asked ${headOf(open)}
      JOIN ${table} AS work ON work."id" = head."id" AND ${WAITS}
      JOIN ${tables.events} AS event ON event."id" = work."event_id"
      WHERE head."lease" IS NULL AND (work."hold" <> 'predecessor' OR NOT ${isPreceded(tables, instant)})
    ), locked AS MATERIALIZED (
      SELECT open."id", ready."due_at" FROM ${open} AS open JOIN ready ON ready."id" = open."id"
      WHERE ${isAmong('open."id"', 'ready')} AND open."lease" IS NULL AND open."next_attempt_at" > ready."due_at"
      ORDER BY open."id" FOR UPDATE OF open
    ), opened AS (
      UPDATE ${open} AS target SET "next_attempt_at" = locked."due_at" FROM locked WHERE target."id" = locked."id"
    )
    UPDATE ${table} AS work
    SET "hold" = nullif(work."hold", 'predecessor'), "next_attempt_at" = locked."due_at"
    FROM locked WHERE work."id" = locked."id" AND ${WAITS} RETURNING work."id", work."next_attempt_at" AS "dueAt"`,
    binds,
  );
  return rows.map(({ id, dueAt }) => ({ id: String(id), dueAt: Number(dueAt) }));
}

/** Group by group along an index of those in which something waits without end. */
export async function findWaitingGroups(
  run: Run,
  { table, open }: KindTables,
  limit: number,
): Promise<readonly string[]> {
  const binds = new Binds();
  const next = (after: string) => `(
        SELECT min(open."group_key") FROM ${open} AS open
        WHERE open."group_key" > ${after} AND open."next_attempt_at" = ${ENDLESS}
      )`;
  const rows = await run(
    `WITH RECURSIVE asked AS (
      SELECT ${next("''")} AS "group_key"
      UNION ALL SELECT ${next('asked."group_key"')} FROM asked WHERE asked."group_key" IS NOT NULL
    )
    SELECT asked."group_key" AS "groupKey" FROM asked ${headOf(open)}
    JOIN ${table} AS work ON work."id" = head."id" AND ${WAITS}
    WHERE head."lease" IS NULL AND head."next_attempt_at" = ${ENDLESS} LIMIT ${binds.add('bigint', limit)}`,
    binds,
  );
  return rows.map((row) => String(row.groupKey));
}
