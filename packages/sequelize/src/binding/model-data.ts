import type { Subject } from '@hookline/core';
import type { Model, ModelStatic } from 'sequelize';

/** `{ conversation: { id: 1, ... } }`: the model's own attributes, without what is hidden. */
export function defaultData(
  model: ModelStatic<Model>,
  instance: Model,
  hidden: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  const names = Object.keys(model.getAttributes()).filter((name) => !hidden.has(name));
  const values = names.map((name) => [name, instance.get(name)] as const);
  return { [camelCase(model.name)]: Object.fromEntries(values) };
}

/** What the event is about; undefined for a model without a primary key. Several keys are joined by commas. */
export function subjectOf(model: ModelStatic<Model>, instance: Model): Subject | undefined {
  const id = primaryKeyOf(model, instance);
  return id === null ? undefined : { type: model.name, id };
}

export function primaryKeyOf(model: ModelStatic<Model>, instance: Model): string | number | null {
  const values = model.primaryKeyAttributes.map((name) => instance.getDataValue(name) as string | number);
  if (values.length <= 1) return values[0] ?? null;
  return values.join(',');
}

/** `Conversation`, `HTTPRequest`, `audit_entries`: `conversation`, `httpRequest`, `auditEntries`. */
export function camelCase(name: string): string {
  return name
    .replaceAll(/[^A-Za-z0-9]+(\w)/g, (_, letter: string) => letter.toUpperCase())
    .replace(/^[A-Z]+(?=[A-Z][a-z]|\d|$)|^[A-Z]/, (start) => start.toLowerCase());
}
