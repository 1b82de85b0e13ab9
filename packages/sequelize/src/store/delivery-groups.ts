import type { GroupClaimRequest } from '@hookline/core';
import { Binds } from '../binds.js';
import { isAmong } from '../conditions.js';
import type { Run } from '../database.js';
import type { Tables } from '../tables.js';

/** The first owed delivery of each group that `groups` names. */
function headOf(groups: string, open: string): string {
  return `${groups} CROSS JOIN LATERAL (
      SELECT open."id", open."lease" FROM ${open} AS open
      WHERE open."group_key" = asked."group_key" AND open."next_attempt_at" IS NOT NULL
      ORDER BY open."group_order" LIMIT 1
    ) AS head`;
}

/** Whether an event that the group is about, and that was stored before `event`, waits in the outbox, and is to go out by now. */
function isPreceded({ outbox, events }: Tables, now: string): string {
  return `EXISTS (
      SELECT FROM ${outbox} AS waiting JOIN ${events} AS earlier ON earlier."id" = waiting."event_id"
      WHERE coalesce(waiting."due_at", 0) <= ${now} AND earlier."stored_as" < event."stored_as"
        AND earlier."account_id" IS NOT DISTINCT FROM event."account_id"
        AND (work."group_key" NOT LIKE 'subject:%'
          OR (earlier."subject_type" = event."subject_type" AND earlier."subject_id" = event."subject_id"))
    )`;
}

/**
 * One statement, and so one instant: what of an event is not in the outbox any more is among the deliveries. Two who do
 * this at once make due the same rows.
 */
export async function promoteGroups(
  run: Run,
  tables: Tables,
  groupKeys: readonly string[],
  now: number,
): Promise<readonly string[]> {
  if (groupKeys.length === 0) return [];
  const { deliveries, deliveries_open: open, events } = tables;
  const binds = new Binds();
  const instant = binds.add('bigint', now);
  const asked = `unnest(${binds.addAll('text', [...new Set(groupKeys)])}) AS asked("group_key")`;
  const rows = await run(
    `WITH ready AS MATERIALIZED (
      SELECT work."id" FROM ${headOf(asked, open)}
      JOIN ${deliveries} AS work ON work."id" = head."id" AND work."hold" = 'predecessor'
      JOIN ${events} AS event ON event."id" = work."event_id"
      WHERE head."lease" IS NULL AND NOT ${isPreceded(tables, instant)}
    ), locked AS MATERIALIZED (
      SELECT open."id" FROM ${open} AS open WHERE ${isAmong('open."id"', 'ready')} AND open."lease" IS NULL
        AND open."next_attempt_at" IS NOT NULL ORDER BY open."id" FOR UPDATE
    ), opened AS (
      UPDATE ${open} SET "next_attempt_at" = ${instant} WHERE ${isAmong('"id"', 'locked')}
    )
    UPDATE ${deliveries} SET "hold" = NULL, "next_attempt_at" = ${instant}
    WHERE ${isAmong('"id"', 'locked')} AND "hold" = 'predecessor' RETURNING "id"`,
    binds,
  );
  return rows.map((row) => String(row.id));
}

/** Group by group along the index, so that it costs what there are groups, and not what waits in them. */
export async function findWaitingGroups(
  run: Run,
  { deliveries, deliveries_open: open }: Tables,
  limit: number,
): Promise<readonly string[]> {
  const binds = new Binds();
  const next = (after: string) => `(
        SELECT min(open."group_key") FROM ${open} AS open WHERE open."group_key" > ${after}
      )`;
  const rows = await run(
    `WITH RECURSIVE asked AS (
      SELECT ${next("''")} AS "group_key"
      UNION ALL SELECT ${next('asked."group_key"')} FROM asked WHERE asked."group_key" IS NOT NULL
    )
    SELECT asked."group_key" AS "groupKey" FROM ${headOf('asked', open)}
    JOIN ${deliveries} AS work ON work."id" = head."id" AND work."hold" = 'predecessor'
    WHERE head."lease" IS NULL LIMIT ${binds.add('bigint', limit)}`,
    binds,
  );
  return rows.map((row) => String(row.groupKey));
}

/** Claims, and answers the ids. */
export async function claimMembers(
  run: Run,
  { deliveries, deliveries_open: open }: Tables,
  { groupKey, limit, now, leaseMs, lease, except = [] }: GroupClaimRequest,
): Promise<readonly string[]> {
  const binds = new Binds();
  const instant = binds.add('bigint', now);
  const rows = await run(
    `WITH due AS MATERIALIZED (
      SELECT open."id" FROM ${open} AS open JOIN ${deliveries} AS work ON work."id" = open."id"
      WHERE open."group_key" = ${binds.add('text', groupKey)} AND open."next_attempt_at" IS NOT NULL
        AND open."leased_until" <= ${instant} AND open."id" <> ALL(${binds.addAll('text', except)})
        AND (work."hold" IN ('debounce', 'batch') OR open."next_attempt_at" <= ${instant})
      ORDER BY open."group_order" LIMIT ${binds.add('bigint', limit)} FOR UPDATE OF open SKIP LOCKED
    )
    UPDATE ${open} AS target
    SET "lease" = ${binds.add('text', lease)}, "leased_until" = ${binds.add('bigint', now + leaseMs)}
    WHERE ${isAmong('target."id"', 'due')} RETURNING target."id"`,
    binds,
  );
  return rows.map((row) => String(row.id));
}

/** Those that are leased go on as they are, and none waits for them any more. */
export async function ungroupDeliveries(
  run: Run,
  { deliveries, deliveries_open: open }: Tables,
  webhookId: string,
  now: number,
): Promise<number> {
  const binds = new Binds();
  const instant = binds.add('bigint', now);
  const [row] = await run(
    `WITH meant AS MATERIALIZED (
      SELECT "id" FROM ${deliveries}
      WHERE "webhook_id" = ${binds.add('text', webhookId)} AND "group_key" IS NOT NULL AND "next_attempt_at" IS NOT NULL
    ), locked AS MATERIALIZED (
      SELECT open."id" FROM ${open} AS open WHERE ${isAmong('open."id"', 'meant')} ORDER BY open."id" FOR UPDATE
    ), freed AS MATERIALIZED (
      SELECT "id" FROM ${deliveries} WHERE ${isAmong('"id"', 'locked')} AND "hold" IN ('predecessor', 'debounce', 'batch')
    ), opened AS (
      UPDATE ${open} SET "group_key" = NULL,
        "next_attempt_at" = CASE WHEN ${isAmong('"id"', 'freed')} THEN ${instant} ELSE "next_attempt_at" END
      WHERE ${isAmong('"id"', 'locked')}
    ), changed AS (
      UPDATE ${deliveries} SET "group_key" = NULL,
        "next_attempt_at" = CASE WHEN ${isAmong('"id"', 'freed')} THEN ${instant} ELSE "next_attempt_at" END,
        "hold" = CASE WHEN ${isAmong('"id"', 'freed')} THEN NULL ELSE "hold" END
      WHERE ${isAmong('"id"', 'locked')} RETURNING "id"
    )
    SELECT count(*) AS "count" FROM changed`,
    binds,
  );
  return Number(row?.count ?? 0);
}
