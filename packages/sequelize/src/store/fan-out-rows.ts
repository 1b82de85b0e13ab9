import type { FanOut, Owed } from '@hookline/core';
import type { Binds } from '../binds.js';
import { type Columns, columnList } from '../columns.js';
import { isAmong, isOneOf, where } from '../conditions.js';
import type { Tables } from '../tables.js';
import { webhookVersion } from './sequelize-webhooks.js';
import { deliveryWork, runWork, type Work, type WorkKind } from './work-kinds.js';

/**
 * One statement: what the events owe, and that they were fanned out. It locks in the order of the ids, as another
 * process may be settling some of the same events. Its row has `isStale`, and `claimedIds` as JSON.
 */
export function fanOutSql(tables: Tables, binds: Binds, fanOut: FanOut): string {
  const { deliveries, runs, eventIds, unclaimedAt } = fanOut;
  const isStale = isOtherVersion(tables, binds, fanOut.webhookVersion);
  const conditions = [isOneOf(binds, '"event_id"', eventIds), `NOT ${isStale}`];
  if (unclaimedAt !== undefined) conditions.push(`"leased_until" <= ${binds.add('bigint', unclaimedAt)}`);
  const ctes = [
    `held AS MATERIALIZED (
      SELECT "event_id" FROM ${tables.outbox} ${where(conditions)} ORDER BY "event_id" FOR UPDATE${unclaimedAt === undefined ? '' : ' SKIP LOCKED'}
    )`,
    ...insertOwed(binds, 'deliveries', deliveryWork(tables), deliveries, fanOut.leasedUntil, [
      ['"webhook_id"', '"webhook_id"'],
      ...groupColumns(tables, 'deliveries', deliveries),
    ]),
    ...insertOwed(
      binds,
      'runs',
      runWork(tables),
      runs,
      fanOut.leasedUntil,
      groupColumns(tables, 'runs', runs),
    ),
    `fanned_out AS (DELETE FROM ${tables.outbox} WHERE ${isAmong('"event_id"', 'held', '"event_id"')})`,
  ];
  const claimed = [
    ...(deliveries.length > 0 ? ['SELECT * FROM claimed_deliveries'] : []),
    ...(runs.length > 0 ? ['SELECT * FROM claimed_runs'] : []),
  ];
  return `WITH ${ctes.join(', ')} SELECT ${isStale} AS "isStale", ${idsOf(claimed)} AS "claimedIds"`;
}

/** One value is cheaper for both sides than as many rows. */
function idsOf(selects: readonly string[]): string {
  if (selects.length === 0) return 'NULL';
  return `(
      SELECT json_agg("id")::text FROM (${selects.join(' UNION ALL ')}) AS item WHERE "lease" IS NOT NULL
    )`;
}

/** Whether the webhooks are of another version, where the caller knows one. */
function isOtherVersion(tables: Tables, binds: Binds, version: string | null): string {
  return version === null ? 'false' : `(${binds.add('bigint', version)} <> ${webhookVersion(tables)})`;
}

/** Without those that are null in all of them: what a statement does not name costs nothing. */
function columnsInUse<Item extends Work>(
  columns: Columns<Item>,
  items: readonly Owed<Item>[],
): Columns<Item> {
  const fields = Object.keys(columns) as (keyof Item)[];
  const used = fields.filter(
    (field) => field === 'nextAttemptAt' || items.some((item) => item[field] !== null),
  );
  return Object.fromEntries(used.map((field) => [field, columns[field]])) as Columns<Item>;
}

/** Columns with their values: what has to do with each other, and in which order their events were stored. */
function groupColumns(
  { events }: Tables,
  name: 'deliveries' | 'runs',
  items: readonly { readonly groupKey: string | null }[],
): readonly (readonly [string, string])[] {
  if (items.every(({ groupKey }) => groupKey === null)) return [];
  const order = `CASE WHEN "group_key" IS NOT NULL THEN (
        SELECT event."stored_as" FROM ${events} AS event WHERE event."id" = owed_${name}."event_id"
      ) END`;
  return [
    ['"group_key"', '"group_key"'],
    ['"group_order"', order],
  ];
}

/**
 * CTEs that store only what the events in `held` owe, and answer id and lease of what is new in `claimed_...`. Done
 * twice they store each row once: ids are made from what they stand for.
 */
function insertOwed<Item extends Work>(
  binds: Binds,
  name: 'deliveries' | 'runs',
  { table, open, columns, doneState }: WorkKind<Item>,
  items: readonly Owed<Item>[],
  leasedUntil: number,
  more: readonly (readonly [string, string])[] = [],
): readonly string[] {
  if (items.length === 0) return [];
  const used = columnsInUse(columns, items);
  const list = columnList(used);
  const rows = binds.addRows<Owed<Item>>({ ...used, lease: 'text' } as Columns<Owed<Item>>, items, 'item');
  const until = binds.add('bigint', leasedUntil);
  return [
    `owed_${name} AS (
      SELECT item.* FROM ${rows} WHERE item."event_id" IN (SELECT "event_id" FROM held)
    )`,
    `new_${name} AS (
      INSERT INTO ${table} (${list}) SELECT ${list} FROM owed_${name} ON CONFLICT ("id") DO NOTHING RETURNING "id"
    )`,
    `claimed_${name} AS (
      INSERT INTO ${open} (${['"id", "state", "next_attempt_at", "lease", "leased_until"', ...more.map(([name]) => name)].join(', ')})
      SELECT ${['"id", "state", "next_attempt_at", "lease"', `CASE WHEN "lease" IS NULL THEN 0 ELSE ${until} END`, ...more.map(([, value]) => value)].join(', ')}
      FROM owed_${name} WHERE "state" <> '${doneState}' AND "id" IN (SELECT "id" FROM new_${name})
      RETURNING "id", "lease"
    )`,
  ];
}
