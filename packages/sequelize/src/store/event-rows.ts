import type { EventRecord } from '@hookline/core';
import type { Binds } from '../binds.js';
import { columnList, columnOf, EVENT_COLUMNS } from '../columns.js';
import { isOneOf } from '../conditions.js';
import type { Tables } from '../tables.js';

export interface EventRowsOptions {
  /** Nobody claims the events before this instant. Default: at once. */
  readonly leasedUntil?: number | undefined;
  /** Nobody claims them before this instant, whatever becomes of who stored them. Default: at once. */
  readonly dueAt?: number | undefined;
  /** A condition on `item`, the event. Default: all. */
  readonly only?: string;
  /** Events that are taken out with the same write. Default: none. */
  readonly replacing?: readonly string[];
}

/**
 * The CTEs that store events and put them into the outbox, from where fan-out takes them. Events themselves are
 * never updated: a row as large as its payload is written once.
 */
export function insertEventRows(
  tables: Tables,
  binds: Binds,
  events: readonly EventRecord[],
  { leasedUntil = 0, dueAt, only = 'true', replacing = [] }: EventRowsOptions,
): string {
  return `${removed(tables, binds, replacing)}stored AS (
      INSERT INTO ${tables.events} ${rowsOf(binds, events)} WHERE ${only}
      RETURNING "id"
    ), queued AS (
      INSERT INTO ${tables.outbox} ("event_id", "leased_until"${dueAt === undefined ? '' : ', "due_at"'})
      SELECT "id", ${binds.add('bigint', Math.max(leasedUntil, dueAt ?? 0))}${dueAt === undefined ? '' : `, ${binds.add('bigint', dueAt)}`} FROM stored
    )`;
}

function rowsOf(binds: Binds, events: readonly EventRecord[]): string {
  const [event, ...more] = events;
  if (event !== undefined && more.length === 0) return oneRow(binds, event);
  const columns = columnList(EVENT_COLUMNS);
  return `(${columns})
      SELECT ${columns} FROM ${binds.addRows(EVENT_COLUMNS, events, 'item')}`;
}

/** Most writes make one event, and most of what that costs is to plan the statement: nothing to unnest, no nulls. */
function oneRow(binds: Binds, event: EventRecord): string {
  const fields = Object.keys(EVENT_COLUMNS) as (keyof EventRecord)[];
  const given = fields.filter((field) => field !== 'id' && event[field] !== null);
  const values = given.map((field) => binds.add(EVENT_COLUMNS[field], event[field]));
  return `("id", ${given.map(columnOf).join(', ')})
      SELECT "id", ${values.join(', ')} FROM (SELECT ${binds.add('text', event.id)} AS "id") AS item`;
}

function removed({ events, outbox }: Tables, binds: Binds, ids: readonly string[]): string {
  if (ids.length === 0) return '';
  return `replaced AS (
      DELETE FROM ${events} WHERE ${isOneOf(binds, '"id"', ids)}
    ), left_outbox AS (
      DELETE FROM ${outbox} WHERE ${isOneOf(binds, '"event_id"', ids)}
    ), `;
}
