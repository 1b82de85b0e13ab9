import type { ClaimedDelivery, ClaimedRun } from '@hookline/core';
import { Binds } from '../binds.js';
import {
  DELIVERY_COLUMNS,
  EVENT_COLUMNS,
  RUN_COLUMNS,
  reader,
  selectList,
  WEBHOOK_COLUMNS,
} from '../columns.js';
import { isOneOf } from '../conditions.js';
import type { Database } from '../database.js';
import type { Row } from '../sequelize-like.js';

const readDelivery = reader(DELIVERY_COLUMNS);
const readContent = reader<Pick<ClaimedDelivery, 'payload' | 'headers' | 'depth' | 'order'>>({
  payload: 'text',
  headers: 'json',
  depth: 'integer',
  order: 'bigint',
});
const readRun = reader(RUN_COLUMNS);
const readWebhook = reader(WEBHOOK_COLUMNS, 'webhook.');
const readEvent = reader(EVENT_COLUMNS, 'event.');

/**
 * Claimed deliveries with what their attempts need. Read after the claim, so that each is as those left it who had it
 * before; one that was cancelled in between is left out. An event and a webhook come with the first delivery of
 * theirs, and are shared by the others.
 */
export async function readClaimedDeliveries(
  { tables, run }: Database,
  ids: readonly string[],
): Promise<readonly ClaimedDelivery[]> {
  if (ids.length === 0) return [];
  const binds = new Binds();
  const rows = await run(
    `WITH work AS MATERIALIZED (
      SELECT *, ${firstOf('event_id')} AS "event_key", ${firstOf('webhook_id')} AS "webhook_key"
      FROM ${tables.deliveries} WHERE ${isOneOf(binds, '"id"', ids)} AND "next_attempt_at" IS NOT NULL
    )
    SELECT ${selectList(DELIVERY_COLUMNS, 'work', { computed: { state: "'delivering'" } })},
      event."payload", event."headers", event."depth", event."stored_as" AS "order", ${selectList(WEBHOOK_COLUMNS, 'webhook', { label: 'webhook.' })}
    FROM work LEFT JOIN ${rowOf(tables.events, 'event')} LEFT JOIN ${rowOf(tables.webhooks, 'webhook')}`,
    binds,
  );
  const contents = shared(rows, { by: 'eventId', where: 'payload' }, readContent);
  const webhooks = shared(rows, { by: 'webhookId', where: 'webhook.id' }, readWebhook);
  return rows.flatMap((row) => {
    const content = contents.get(row.eventId);
    const webhook = webhooks.get(row.webhookId) ?? null;
    return content === undefined ? [] : [{ delivery: readDelivery(row), webhook, ...content }];
  });
}

/** Claimed runs with their events, in the same way. */
export async function readClaimedRuns(
  { tables, run }: Database,
  ids: readonly string[],
): Promise<readonly ClaimedRun[]> {
  if (ids.length === 0) return [];
  const binds = new Binds();
  const rows = await run(
    `WITH work AS MATERIALIZED (
      SELECT *, ${firstOf('event_id')} AS "event_key"
      FROM ${tables.runs} WHERE ${isOneOf(binds, '"id"', ids)} AND "next_attempt_at" IS NOT NULL
    )
    SELECT ${selectList(RUN_COLUMNS, 'work', { computed: { state: "'running'" } })},
      ${selectList(EVENT_COLUMNS, 'event', { label: 'event.' })}
    FROM work LEFT JOIN ${rowOf(tables.events, 'event')}`,
    binds,
  );
  const events = shared(rows, { by: 'eventId', where: 'event.id' }, readEvent);
  return rows.flatMap((row) => {
    const event = events.get(row.eventId);
    return event ? [{ run: readRun(row), event }] : [];
  });
}

/** The column's value in the first row that has it, and null in the others. */
function firstOf(column: string): string {
  return `CASE WHEN row_number() OVER (PARTITION BY "${column}") = 1 THEN "${column}" END`;
}

/** The row that a key in `work` names. */
function rowOf(table: string, name: 'event' | 'webhook'): string {
  return `${table} AS ${name} ON ${name}."id" = work."${name}_key"`;
}

/** What came with the first row of each key. */
function shared<Value>(
  rows: readonly Row[],
  { by, where }: { readonly by: string; readonly where: string },
  read: (row: Row) => Value,
): ReadonlyMap<unknown, Value> {
  const having = rows.filter((row) => row[where] !== null);
  return new Map(having.map((row) => [row[by], read(row)]));
}
