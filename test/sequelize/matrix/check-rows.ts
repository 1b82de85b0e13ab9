import { isDeepStrictEqual } from 'node:util';
import type { Event } from '@hookline/core';
import type { Model, ModelStatic } from 'sequelize';
import { modelsOf, type World } from './world.js';

type Values = Readonly<Record<string, unknown>>;

/** All rows, by names such as `Conversation 1`, as JSON has them. */
export type Rows = ReadonlyMap<string, Values>;

export async function readRows(world: World): Promise<Rows> {
  const byModel = modelsOf(world).map(async (model) => {
    const rows = await model.unscoped().findAll({ paranoid: false });
    return rows.map((row) => {
      const key = model.primaryKeyAttributes.map((name) => row.getDataValue(name));
      return [`${model.name} ${key.join(',')}`, JSON.parse(JSON.stringify(row))] as const;
    });
  });
  return new Map((await Promise.all(byModel)).flat());
}

/** The name of an event's row; a question mark where the event does not know it. */
export function rowOf({ name }: ModelStatic<Model>, { subject }: Event): string {
  return `${name} ${subject?.id ?? '?'}`;
}

/** What paranoid models change in a row that they destroy. */
const MARKS = ['deletedAt', 'updatedAt'];

/**
 * The attributes that are not in an event as they should be: all of them are there, the last event of a row has them as
 * the table has them now, and that of a row that was destroyed as the table had them before.
 */
export function wrongAttributes(
  model: ModelStatic<Model>,
  event: Event,
  { before, after, isLast }: { readonly before: Rows; readonly after: Rows; readonly isLast: boolean },
): readonly string[] {
  const [row = {}] = Object.values(event.data as Readonly<Record<string, Values>>);
  const names = Object.keys(model.getAttributes());
  const absent = names.filter((name) => !Object.hasOwn(row, name));
  const odd = Object.keys(row).filter((name) => !names.includes(name));
  if (!event.subject) return model.primaryKeyAttributes;
  if (!isLast) return [...absent, ...odd];
  const isDestroyed = event.type.endsWith('.destroyed');
  const stored = (isDestroyed ? before : after).get(rowOf(model, event)) ?? {};
  const differs = (name: string) => !isDeepStrictEqual(row[name], stored[name]);
  return [...names.filter((name) => differs(name) && !(isDestroyed && MARKS.includes(name))), ...odd];
}
