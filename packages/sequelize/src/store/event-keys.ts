import type { KeyedEvent } from '@hookline/core';
import type { Binds } from '../binds.js';
import { type Columns, columnList } from '../columns.js';
import type { Tables } from '../tables.js';

interface KeyRow {
  readonly eventId: string;
  readonly accountId: string;
  readonly key: string;
}

export const KEY_COLUMNS: Columns<KeyRow> = { eventId: 'text', accountId: 'text', key: 'text' };

export function toKeyRow({ event, key }: KeyedEvent): KeyRow {
  return { eventId: event.id, accountId: event.accountId ?? '', key };
}

/** A CTE that takes the keys that are free; `taken` has the events that got theirs. */
export function insertEventKeys({ event_keys }: Tables, binds: Binds, events: readonly KeyedEvent[]): string {
  const list = columnList(KEY_COLUMNS);
  const rows = binds.addRows(KEY_COLUMNS, events.map(toKeyRow), 'asked');
  return `taken AS (
      INSERT INTO ${event_keys} (${list}) SELECT ${list} FROM ${rows} ON CONFLICT DO NOTHING RETURNING "event_id"
    )`;
}
