import { createHash } from 'node:crypto';
import type { Tables } from '../tables.js';

export const OPERATIONS = ['insert', 'update', 'delete', 'truncate'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What the function that records the changes of a table is called. */
export function captureName({ prefix }: Tables, table: string): string {
  return `${prefix}capture_${hashOf(table)}`;
}

const hashes = new Map<string, string>();

/** Remembered: it is asked for with every write of a bound model. */
function hashOf(table: string): string {
  const known = hashes.get(table);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(table).digest('hex').slice(0, 10);
  hashes.set(table, hash);
  return hash;
}

/** What the triggers of a table that call it are called. */
export function triggerName({ prefix }: Tables, operation: Operation): string {
  return `${prefix}capture_${operation}`;
}

/**
 * Whether a table has capture by triggers now. Asked of the catalogue as it is, not as the transaction first saw it:
 * a function comes and goes with its triggers, under a lock that no writer of the table can hold meanwhile. So inside
 * a transaction that wrote to the table the answer is the one that held when it wrote. A table that was dropped and
 * made again has lost its triggers, and not the function: so a trigger is looked for, too.
 */
export function isCaptured(tables: Tables, table: string): string {
  const { path, prefix } = tables;
  const name = [...partsOf(table), triggerName(tables, 'insert')].map(quoteText).join(', ');
  return `CASE WHEN to_regprocedure('${path}"${captureName(tables, table)}"()') IS NULL THEN false
    ELSE ${path}"${prefix}has_trigger"(ARRAY[${name}]) END`;
}

/** A text in SQL. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Schema, if there is one, and name. A name with a dot of its own is not captured. */
function partsOf(table: string): readonly string[] {
  const dot = table.indexOf('.');
  return dot === -1 ? [table] : [table.slice(0, dot), table.slice(dot + 1)];
}
