import type { HeldDelivery, Hold } from '@hookline/core';
import { Binds } from '../binds.js';
import type { Columns } from '../columns.js';
import { isAmong } from '../conditions.js';
import type { Run } from '../database.js';
import type { Tables } from '../tables.js';

const HELD_COLUMNS: Columns<HeldDelivery> = {
  id: 'text',
  lease: 'text',
  hold: 'text',
  nextAttemptAt: 'bigint',
};

/**
 * Puts claimed deliveries aside. What is held as `paused` waits for whoever is just changing its webhook, and stays due
 * where that is paused no more: so none is put aside that a resume did not see.
 */
export async function holdDeliveries(
  run: Run,
  tables: Tables,
  deliveries: readonly HeldDelivery[],
): Promise<void> {
  if (deliveries.length === 0) return;
  const { deliveries: table, deliveries_open: open, webhooks } = tables;
  const binds = new Binds();
  const items = binds.addRows(HELD_COLUMNS, deliveries, 'item');
  await run(
    `WITH item AS MATERIALIZED (SELECT * FROM ${items}), held AS MATERIALIZED (
      SELECT item.* FROM item JOIN ${open} AS open ON open."id" = item."id" AND open."lease" = item."lease"
      WHERE ${isAmong('open."id"', 'item')} ORDER BY open."id" FOR UPDATE OF open
    ), meant AS MATERIALIZED (
      SELECT held.*, work."webhook_id" FROM held JOIN ${table} AS work ON work."id" = held."id"
    ), paused AS MATERIALIZED (
      SELECT webhook."id" FROM ${webhooks} AS webhook
      WHERE webhook."id" = ANY(ARRAY(SELECT "webhook_id" FROM meant WHERE "hold" = 'paused')) AND webhook."paused"
      ORDER BY webhook."id" FOR SHARE
    ), decided AS MATERIALIZED (
      SELECT "id", "hold", "next_attempt_at" FROM meant
      WHERE "hold" <> 'paused' OR "webhook_id" IN (SELECT "id" FROM paused)
    ), opened AS (
      UPDATE ${open} AS target SET "lease" = NULL, "leased_until" = 0, "next_attempt_at" = coalesce(
        (SELECT decided."next_attempt_at" FROM decided WHERE decided."id" = target."id"), target."next_attempt_at")
      WHERE ${isAmong('target."id"', 'held')}
    )
    UPDATE ${table} AS target SET "hold" = decided."hold", "next_attempt_at" = decided."next_attempt_at"
    FROM decided WHERE target."id" = decided."id"`,
    binds,
  );
}

export interface HeldOf {
  readonly webhookId: string;
  readonly holds: readonly Hold[];
  /** The oldest of them. Default: all. */
  readonly limit?: number;
}

/** Makes due what a webhook's deliveries are held for. Answers how many there were. */
export async function resumeDeliveries(
  run: Run,
  { deliveries, deliveries_open: open }: Tables,
  { webhookId, holds, limit }: HeldOf,
  now: number,
): Promise<number> {
  const binds = new Binds();
  const among = `= ANY(${binds.addAll('text', holds)})`;
  const instant = binds.add('bigint', now);
  const [row] = await run(
    `WITH meant AS MATERIALIZED (
      SELECT "id" FROM ${deliveries} WHERE "webhook_id" = ${binds.add('text', webhookId)} AND "hold" ${among}
      ${limit === undefined ? '' : `ORDER BY "id" LIMIT ${binds.add('bigint', limit)}`}
    ), locked AS MATERIALIZED (
      SELECT open."id" FROM ${open} AS open
      WHERE ${isAmong('open."id"', 'meant')} AND open."lease" IS NULL AND open."next_attempt_at" IS NOT NULL
      ORDER BY open."id" FOR UPDATE
    ), opened AS (
      UPDATE ${open} SET "next_attempt_at" = ${instant} WHERE ${isAmong('"id"', 'locked')}
    ), changed AS (
      UPDATE ${deliveries} SET "hold" = NULL, "next_attempt_at" = ${instant}
      WHERE ${isAmong('"id"', 'locked')} AND "hold" ${among} RETURNING "id"
    )
    SELECT count(*) AS "count" FROM changed`,
    binds,
  );
  return Number(row?.count ?? 0);
}
