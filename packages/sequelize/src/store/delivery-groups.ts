import type { GroupClaimRequest } from '@hookline/core';
import { Binds } from '../binds.js';
import { isAmong } from '../conditions.js';
import type { Run } from '../database.js';
import type { Tables } from '../tables.js';

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
        AND (work."hold" IN ('debounce', 'batch') OR open."next_attempt_at" <= ${instant}
          OR open."group_key" LIKE 'debounce:%')
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
