import type { Model, ModelStatic } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { Binds } from '../binds.js';
import type { Database } from '../database.js';

/** Of these subjects, those that a trigger has recorded a change of which is no event yet. */
export async function pendingAmong(
  { run, tables }: Database,
  { model, table }: BindingPlan,
  subjectIds: readonly string[],
  transaction: unknown,
): Promise<ReadonlySet<string>> {
  const binds = new Binds();
  const ids = binds.addAll('text', subjectIds);
  const rows = await run(
    `SELECT image."id" FROM ${tables.changes} AS change
    CROSS JOIN LATERAL (VALUES (${keyIn(model, 'change."before"')}), (${keyIn(model, 'change."after"')})) AS image("id")
    WHERE change."source" = ${binds.add('text', table)} AND image."id" = ANY(${ids})`,
    binds,
    transaction,
  );
  return new Set(rows.map(({ id }) => String(id)));
}

/** The id of the subject, from the columns of the key. */
function keyIn(model: ModelStatic<Model>, image: string): string {
  const attributes = model.getAttributes();
  const columns = model.primaryKeyAttributes.map((name) => attributes[name]?.field ?? name);
  const values = columns.map((column) => `${image}->>'${column.replaceAll("'", "''")}'`);
  return values.join(` || ',' || `);
}
