import type { Tables } from '../tables.js';

/** Of the ids of deliveries and of runs. */
export type PartPrefix = 'dlv' | 'run';

/**
 * The rows that an event became are neighbours in the primary key: `deliveryId` and `runId` of core begin with what
 * follows the prefix in the event's id, and ids are compared byte by byte. So the key finds them, and an index on
 * event_id, which every new row would have to be put into, is not needed. The event's id itself is asked for as well,
 * so that nothing depends on how long ids are.
 *
 * @param event SQL for the id of an event
 */
export function isPartOf(event: string, prefix: PartPrefix, part: string): string {
  const first = `'${prefix}_' || substr(${event}, 5)`;
  // behind every character that an id may go on with
  const last = `${first} || '~'`;
  return `${part}."id" >= ${first} AND ${part}."id" < ${last} AND ${part}."event_id" = ${event}`;
}

/**
 * A FROM item `part`: the ids of what the events became. For each event one look into the key: OFFSET keeps the
 * planner from making a join of it, which may read the whole table.
 *
 * @param events SQL for an array of ids
 */
export function partsOf(events: string, prefix: PartPrefix, { deliveries, runs }: Tables): string {
  const table = prefix === 'dlv' ? deliveries : runs;
  return `unnest(${events}) AS event("id") CROSS JOIN LATERAL (
      SELECT item."id" FROM ${table} AS item WHERE ${isPartOf('event."id"', prefix, 'item')} OFFSET 0
    ) AS part`;
}
