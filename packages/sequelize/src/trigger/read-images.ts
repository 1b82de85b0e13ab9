import type { Model, ModelStatic, Sequelize, Transaction } from 'sequelize';
import type { Tables } from '../tables.js';
import { quoteTable } from './captured-table.js';
import { idsOf } from './changes-table.js';
import type { RecordedChange } from './recorded-change.js';

/** A row as it was and as it is; null where it was not there. */
export interface Images {
  readonly before: Model | null;
  readonly after: Model | null;
}

/**
 * The rows of changes, by the ids of the changes, as instances of the model: the database makes of what was recorded
 * what a SELECT from the table would answer, and Sequelize reads it as it reads that.
 */
export async function readImages(
  { changes: table }: Tables,
  model: ModelStatic<Model>,
  changes: readonly RecordedChange[],
  transaction: Transaction,
): Promise<ReadonlyMap<string, Images>> {
  const wanted = changes.flatMap(sidesOf);
  const rows = wanted.length === 0 ? [] : await select(table, model, wanted, transaction);
  const images = new Map<string, Images>(changes.map(({ id }) => [id, { before: null, after: null }]));
  for (const [index, { id, side }] of wanted.entries()) {
    images.set(id, { ...(images.get(id) as Images), [side]: rows[index] });
  }
  return images;
}

interface Side {
  readonly id: string;
  readonly side: 'before' | 'after';
}

function sidesOf({ id, hasBefore, hasAfter }: RecordedChange): readonly Side[] {
  const before: readonly Side[] = hasBefore ? [{ id, side: 'before' }] : [];
  return hasAfter ? [...before, { id, side: 'after' }] : before;
}

/** Without parameters, so that nothing in the names of an app is taken for one. */
async function select(
  table: string,
  model: ModelStatic<Model>,
  wanted: readonly Side[],
  transaction: Transaction,
): Promise<readonly Model[]> {
  const sides = wanted.map(({ side }) => side === 'before').join(',');
  const sql = `SELECT ${columnsOf(model)}
    FROM unnest(${idsOf(wanted.map(({ id }) => id))}, '{${sides}}'::boolean[]) WITH ORDINALITY AS wanted(id, is_before, place)
    JOIN ${table} AS change ON change.id = wanted.id
    CROSS JOIN LATERAL jsonb_populate_record(NULL::${quoteTable(model)},
      CASE WHEN wanted.is_before THEN change.before ELSE change.after END) AS image
    ORDER BY wanted.place`;
  const { query } = model.sequelize as Sequelize;
  const options = { type: 'SELECT', model, transaction, ...FIXED } as const;
  return (await query.call(model.sequelize, sql, options as never)) as unknown as readonly Model[];
}

/** Whatever the app set as defaults of its own queries. */
const FIXED = { logging: false, raw: false, plain: false, nest: false } as const;

function columnsOf(model: ModelStatic<Model>): string {
  return Object.entries(model.getAttributes())
    .filter(([, { type }]) => (type as { readonly key?: string }).key !== 'VIRTUAL')
    .map(([name, { field = name }]) => `image.${quote(field)} AS ${quote(name)}`)
    .join(', ');
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
