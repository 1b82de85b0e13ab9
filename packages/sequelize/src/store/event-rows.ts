import type { EventRecord } from '@hookline/core';
import type { Binds } from '../binds.js';
import { columnList, EVENT_COLUMNS } from '../columns.js';
import { isOneOf } from '../conditions.js';
import type { Tables } from '../tables.js';

export interface EventRowsOptions {
  /** Nobody claims the events before this instant. Default: at once. */
  readonly leasedUntil?: number | undefined;
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
  { leasedUntil = 0, only = 'true', replacing = [] }: EventRowsOptions,
): string {
  const columns = columnList(EVENT_COLUMNS);
  return `${removed(tables, binds, replacing)}stored AS (
      INSERT INTO ${tables.events} (${columns})
      SELECT ${columns} FROM ${binds.addRows(EVENT_COLUMNS, events, 'item')} WHERE ${only}
      RETURNING "id"
    ), queued AS (
      INSERT INTO ${tables.outbox} ("event_id", "leased_until")
      SELECT "id", ${binds.add('bigint', leasedUntil)} FROM stored
    )`;
}

function removed({ events, outbox }: Tables, binds: Binds, ids: readonly string[]): string {
  if (ids.length === 0) return '';
  return `replaced AS (
      DELETE FROM ${events} WHERE ${isOneOf(binds, '"id"', ids)}
    ), left_outbox AS (
      DELETE FROM ${outbox} WHERE ${isOneOf(binds, '"event_id"', ids)}
    ), `;
}
