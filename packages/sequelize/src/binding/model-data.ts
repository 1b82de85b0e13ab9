import type { Subject } from '@hookline/core';
import type { Model, ModelStatic } from 'sequelize';

/** Makes `{ conversation: { id: 1, ... } }`: the model's own attributes, without what is hidden. */
export function defaultDataOf(
  model: ModelStatic<Model>,
  hidden: ReadonlySet<string>,
): (instance: Model) => Readonly<Record<string, unknown>> {
  const key = camelCase(model.name);
  return (instance) => {
    const values: Record<string, unknown> = {};
    for (const name in model.getAttributes()) if (!hidden.has(name)) values[name] = instance.get(name);
    return { [key]: values };
  };
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
