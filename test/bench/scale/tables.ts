import { QueryTypes, type Sequelize } from 'sequelize';

/** What Hookline's tables are called by default. */
export type Table = 'events' | 'webhooks' | 'deliveries' | 'deliveries_open' | 'attempts';

export const nameOf = (table: Table): string => `hookline_${table}`;

/** Values of columns as SQL expressions; every other column is copied from the row that stands model. */
export type Overrides = Readonly<Record<string, string>>;

/**
 * Makes rows after the model of one that the store itself wrote: so nothing here knows the columns but those that
 * differ from row to row. `source` is a FROM item that the expressions may name; each of its rows becomes one.
 */
export async function multiply(
  sequelize: Sequelize,
  table: Table,
  {
    model,
    overrides,
    source,
  }: { readonly model: string; readonly overrides: Overrides; readonly source: string },
): Promise<void> {
  const columns = await columnsOf(sequelize, nameOf(table));
  const values = columns.map((column) => overrides[column] ?? `model."${column}"`);
  const list = columns.map((column) => `"${column}"`).join(', ');
  await sequelize.query(
    `INSERT INTO ${nameOf(table)} (${list})
    SELECT ${values.join(', ')} FROM ${source} JOIN ${nameOf(table)} AS model ON ${model}`,
  );
}

async function columnsOf(sequelize: Sequelize, table: string): Promise<readonly string[]> {
  const rows = await select<{ name: string }>(
    sequelize,
    `SELECT column_name AS name FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = '${table}' ORDER BY ordinal_position`,
  );
  return rows.map(({ name }) => name);
}

interface Definition {
  readonly drop: string;
  readonly create: string;
}

/** Drops indices and primary keys, and answers the statements that make them again. */
export async function dropIndices(sequelize: Sequelize, table: Table): Promise<readonly string[]> {
  const definitions = await select<Definition>(
    sequelize,
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
      format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS create
    FROM pg_constraint WHERE conrelid = '${nameOf(table)}'::regclass AND contype IN ('p', 'u')
    UNION ALL
    SELECT format('DROP INDEX %s', indexrelid::regclass), replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
    FROM pg_index WHERE indrelid = '${nameOf(table)}'::regclass
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
  );
  for (const { drop } of definitions) await sequelize.query(drop);
  return definitions.map(({ create }) => create);
}

export function select<Row extends object>(sequelize: Sequelize, statement: string): Promise<readonly Row[]> {
  return sequelize.query<Row>(statement, { type: QueryTypes.SELECT });
}
