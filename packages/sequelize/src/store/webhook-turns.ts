import type { TurnRequest } from '@hookline/core';
import { Binds } from '../binds.js';
import type { Columns } from '../columns.js';
import type { Run } from '../database.js';
import type { Tables } from '../tables.js';

interface TurnRow {
  readonly webhookId: string;
  readonly turns: number;
  readonly perMs: number;
  readonly count: number;
}

const TURN_COLUMNS: Columns<TurnRow> = {
  webhookId: 'text',
  turns: 'integer',
  perMs: 'bigint',
  count: 'integer',
};

/**
 * The generic cell rate algorithm (ITU-T I.371): all that is kept is when the next turn is. In the order of their ids, since
 * two processes may ask for the same.
 */
export async function reserveTurns(
  run: Run,
  { webhook_turns }: Tables,
  requests: readonly TurnRequest[],
  now: number,
): Promise<readonly number[]> {
  if (requests.length === 0) return [];
  const binds = new Binds();
  const asked = requests.map(({ webhookId, turns, rate }) => ({ webhookId, turns, ...rate }));
  const instant = `${binds.add('bigint', now)}::double precision`;
  const rows = await run(
    `WITH asked AS MATERIALIZED (
      SELECT "webhook_id", "turns"::double precision * "per_ms" / "count" AS "taken"
      FROM ${binds.addRows(TURN_COLUMNS, asked, 'item')} ORDER BY "webhook_id"
    ), reserved AS (
      INSERT INTO ${webhook_turns} AS known ("webhook_id", "next_turn_at")
      SELECT "webhook_id", ${instant} + "taken" FROM asked
      ON CONFLICT ("webhook_id") DO UPDATE SET "next_turn_at" =
        greatest(known."next_turn_at", ${instant}) + excluded."next_turn_at" - ${instant}
      RETURNING "webhook_id", "next_turn_at"
    )
    SELECT reserved."webhook_id" AS "webhookId", reserved."next_turn_at" - asked."taken" AS "first"
    FROM reserved JOIN asked USING ("webhook_id")`,
    binds,
  );
  const firsts = new Map(rows.map(({ webhookId, first }) => [webhookId, Number(first)]));
  return requests.map(({ webhookId }) => firsts.get(webhookId) ?? now);
}

export async function forgetTurns(run: Run, { webhook_turns }: Tables, webhookId: string): Promise<void> {
  const binds = new Binds();
  await run(`DELETE FROM ${webhook_turns} WHERE "webhook_id" = ${binds.add('text', webhookId)}`, binds);
}
