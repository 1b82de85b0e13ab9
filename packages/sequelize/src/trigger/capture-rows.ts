import { quoteText } from './capture-name.js';
import type { CapturedTable } from './captured-table.js';

/** Rows of a statement, for the SQL that records them. */
export interface CapturedRows {
  readonly table: CapturedTable;
  /** Ours, quoted and with its schema. */
  readonly changes: string;
  /** Where the rows are. */
  readonly from: string;
  /** What stands for the instant and the context. */
  readonly values: readonly [happenedAt: string, context: string];
}

/** Each row, as what was there before or is there after. */
export function recordRows(rows: CapturedRows, side: 'before' | 'after'): string {
  const { table, from } = rows;
  return insert(rows, side, `${shown(table, 'image')} FROM ${imagesOf(table, from)} AS item`);
}

/** How many rows there are, for each account if the table has one: one image of all that they have in common. */
export function recordSummary(rows: CapturedRows, operation: string): string {
  const { table, from } = rows;
  const count = `${quoteText(operation)}, count(*)`;
  if (table.account === null) return insert(rows, 'operation, row_count', `${count} FROM ${from}`);
  const account = quoteText(table.account);
  const common = `(SELECT jsonb_build_object(${account}, image -> ${account}) AS image FROM ${imagesOf(table, from)} AS item) AS item`;
  return insert(rows, 'operation, row_count, after', `${count}, image FROM ${common} GROUP BY image`);
}

/**
 * Old and new rows side by side, where they differ. They belong together by their key: where that changes, a row is
 * gone and another one new. A row may be there more than once (two foreign keys that are set to null one after the
 * other), each time as it was left the time before.
 */
export function recordPairs(rows: CapturedRows): string {
  const { table } = rows;
  const [was, is] = ['was.image', 'is_now.image'];
  return insert(
    rows,
    'before, after, hidden',
    `${shown(table, was)}, ${shown(table, is)}, ${hidden(table, was, is)}
      FROM ${numbered(table, 'old_rows')} AS was
      FULL JOIN ${numbered(table, 'new_rows')} AS is_now ON is_now.key = was.key AND is_now.nth = was.nth
      WHERE ${was} IS DISTINCT FROM ${is}
      ORDER BY coalesce(is_now.place, was.place), ${is} IS NOT NULL`,
  );
}

function insert({ table, changes, values }: CapturedRows, columns: string, rest: string): string {
  return `INSERT INTO ${changes} (source, transaction_id, occurred_at, context, ${columns})
      SELECT ${quoteText(table.name)}, txid_current(), ${values.join(', ')}, ${rest}`;
}

/** Nothing but images, so that no column of the table is taken for a variable. */
function imagesOf({ asText }: CapturedTable, from: string, more = ''): string {
  const texts = asText.map((column) => `${quoteText(column)}, item.${quoteName(column)}::text`).join(', ');
  const image = `to_jsonb(item.*)${texts === '' ? '' : ` || jsonb_build_object(${texts})`}`;
  return `(SELECT ${image} AS image${more} FROM ${from} AS item)`;
}

function numbered(table: CapturedTable, from: string): string {
  const key = `jsonb_build_array(${table.keys.map((column) => `image -> ${quoteText(column)}`).join(', ')})`;
  const placed = imagesOf(table, from, ', row_number() OVER () AS place');
  return `(SELECT image, place, ${key} AS key, row_number() OVER (PARTITION BY ${key} ORDER BY place) AS nth FROM ${placed} AS item)`;
}

function shown({ redacted }: CapturedTable, image: string): string {
  return redacted.length === 0 ? image : `${image} - ${arrayOf(redacted)}`;
}

/** The redacted columns that changed. */
function hidden({ redacted }: CapturedTable, was: string, is: string): string {
  if (redacted.length === 0) return 'NULL';
  return `CASE WHEN ${was} IS NOT NULL AND ${is} IS NOT NULL THEN nullif(ARRAY(
        SELECT name FROM unnest(${arrayOf(redacted)}) AS name WHERE ${was} -> name IS DISTINCT FROM ${is} -> name
      ), '{}') END`;
}

function arrayOf(texts: readonly string[]): string {
  return `ARRAY[${texts.map(quoteText).join(', ')}]`;
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
