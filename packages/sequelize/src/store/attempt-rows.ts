import type { AttemptRecord } from '@hookline/core';
import { Binds } from '../binds.js';
import { ATTEMPT_COLUMNS, columnList, columnOf, selectList } from '../columns.js';
import { isOneOf } from '../conditions.js';
import type { Database } from '../database.js';
import { CONTENT_OF_ATTEMPTS } from './sequelize-erasure.js';

/** For an attempt that is there already, since the answer to its settle got lost on the way here, add ON CONFLICT. */
export function insertAttempts(
  binds: Binds,
  table: string,
  attempts: readonly AttemptRecord[],
  computed: Readonly<Record<string, string>> = {},
): string {
  const columns = selectList(ATTEMPT_COLUMNS, 'attempt', { computed });
  const rows = binds.addRows(ATTEMPT_COLUMNS, attempts, 'attempt');
  return `INSERT INTO ${table} (${columnList(ATTEMPT_COLUMNS)}) SELECT ${columns} FROM ${rows}`;
}

/**
 * Attempts of claims that were lost, which may be because the event was erased. The lock waits for an erasure under
 * way, and lets the next one find the attempt.
 */
export async function appendLate(
  { tables, run }: Database,
  attempts: readonly AttemptRecord[],
): Promise<void> {
  const binds = new Binds();
  const ids = attempts.map(({ deliveryId }) => deliveryId);
  await run(
    `WITH known AS MATERIALIZED (
      SELECT delivery."id", event."erased_at" FROM ${tables.deliveries} AS delivery
      JOIN ${tables.events} AS event ON event."id" = delivery."event_id"
      WHERE ${isOneOf(binds, 'delivery."id"', ids)} ORDER BY event."id" FOR SHARE OF event
    )
    ${insertAttempts(binds, tables.attempts, attempts, WITHOUT_ERASED)}
    JOIN known ON known."id" = attempt."delivery_id" ON CONFLICT DO NOTHING`,
    binds,
  );
}

const WITHOUT_ERASED = Object.fromEntries(
  CONTENT_OF_ATTEMPTS.map((field) => [
    field,
    `CASE WHEN known."erased_at" IS NULL THEN attempt.${columnOf(field)} END`,
  ]),
);
