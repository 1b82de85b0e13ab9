import type { Model, ModelStatic } from 'sequelize';
import type { Values } from '../capture/bulk-keys.js';

interface Form {
  readonly test: RegExp;
  readonly read: (text: string) => unknown;
}

const INTEGER: Form = { test: /^-?\d{1,15}$/, read: Number };
const BIGINT: Form = { test: /^-?\d{1,18}$/, read: String };
const UUID: Form = { test: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, read: String };
const TEXT: Form = { test: /^[^\0]*$/, read: String };

/** Of types whose values read the same in the id of a subject and in the database. */
const FORMS: Readonly<Record<string, Form>> = {
  ...{ SMALLINT: INTEGER, INTEGER, BIGINT, UUID },
  ...{ STRING: TEXT, CHAR: TEXT, TEXT, CITEXT: TEXT },
};

/**
 * The primary key that the id of a subject stands for; null where no row can have it, such as an id from before the
 * key was of another type, or where the type of the key leaves it open.
 */
export function keyOfSubject(model: ModelStatic<Model>, id: string): Values | null {
  const names = model.primaryKeyAttributes;
  const texts = names.length === 1 ? [id] : id.split(',');
  if (texts.length !== names.length) return null;
  const key: Record<string, unknown> = {};
  for (const [i, name] of names.entries()) {
    const form = formOf(model, name);
    const text = texts[i] ?? '';
    if (!form?.test.test(text)) return null;
    key[name] = form.read(text);
  }
  return key;
}

function formOf(model: ModelStatic<Model>, name: string): Form | undefined {
  const { key } = (model.getAttributes()[name]?.type ?? {}) as { readonly key?: string };
  return FORMS[key ?? ''];
}
