import type { DeliveryResult } from '@hookline/core';
import type { Binds } from '../binds.js';
import type { Columns } from '../columns.js';
import type { Tables } from '../tables.js';
import { insertEventRows } from './event-rows.js';

const TELLING_COLUMNS: Columns<{ readonly id: string; readonly eventId: string }> = {
  id: 'text',
  eventId: 'text',
};

/** CTEs that store the events of those results that are in `held`, whose lease was not lost. */
export function tellOfResults(
  tables: Tables,
  binds: Binds,
  results: readonly DeliveryResult[],
): readonly string[] {
  const told = results.flatMap(({ id, event }) => (event ? [{ id, event, eventId: event.id }] : []));
  if (told.length === 0) return [];
  const telling = `telling AS (
        SELECT pair."event_id" FROM ${binds.addRows(TELLING_COLUMNS, told, 'pair')} JOIN held ON held."id" = pair."id"
      )`;
  const events = told.map(({ event }) => event);
  return [
    telling,
    insertEventRows(tables, binds, events, { only: 'item."id" IN (SELECT "event_id" FROM telling)' }),
  ];
}
