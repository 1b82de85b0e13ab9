import type { Changes, Event } from '@hookline/core';
import type { Model, ModelStatic } from 'sequelize';
import { type Rows, readRows, rowOf, wrongAttributes } from './check-rows.js';
import type { Seen, SeenRow, Way } from './way.js';
import { modelsOf, prepare, type World } from './world.js';

/** Goes the way, and answers what came of it. */
export async function observe(world: World, way: Way): Promise<readonly Seen[]> {
  await prepare(world, way);
  await world.hub.drain();
  const [latest] = await world.hub.events.list({ limit: 1 });
  const before = await readRows(world);
  await way.run(world);
  await world.hub.drain();
  const events = await eventsAfter(world, latest?.id);
  const after = await readRows(world);
  return sorted(events.map((event) => seenOf(world, event, { events, before, after })));
}

/** Oldest first. */
async function eventsAfter({ hub }: World, id: string | undefined): Promise<readonly Event[]> {
  const events = await hub.events.list({ limit: 250 });
  const end = events.findIndex((event) => event.id === id);
  return events.slice(0, end === -1 ? undefined : end).toReversed();
}

interface Outcome {
  readonly events: readonly Event[];
  readonly before: Rows;
  readonly after: Rows;
}

function seenOf(world: World, event: Event, { events, before, after }: Outcome): Seen {
  const [, kind = ''] = event.type.split('.');
  if (kind === 'summary') {
    const { accountId, data } = event;
    return { account: accountId === null ? null : String(accountId), data };
  }
  const model = modelOf(world, event);
  const row = rowOf(model, event);
  const isLast = events.findLast((each) => rowOf(modelOf(world, each), each) === row) === event;
  const wrong = wrongAttributes(model, event, { before, after, isLast });
  return { kind, row, changes: pairsOf(event.changes ?? {}), ...(wrong.length > 0 && { wrong }) };
}

/** By the first part of the type: not every event knows its subject. */
function modelOf(world: World, { type }: Event): ModelStatic<Model> {
  const [name = ''] = type.split('.');
  const model = modelsOf(world).find((each) => each.name.toLowerCase() === name.replaceAll('_', ''));
  if (!model) throw new Error(`${type} is not of a bound model`);
  return model;
}

function pairsOf(changes: Changes): SeenRow['changes'] {
  const names = Object.keys(changes).sort();
  return Object.fromEntries(
    names.map((name) => [name, [changes[name]?.previous, changes[name]?.current] as const]),
  );
}

/** By row; the events of one row stay in their order. */
export function sorted(seen: readonly Seen[]): readonly Seen[] {
  const key = (each: Seen) => ('row' in each ? each.row : (each.account ?? ''));
  return seen.toSorted((one, other) => key(one).localeCompare(key(other), 'en', { numeric: true }));
}
