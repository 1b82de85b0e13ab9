import { createHash } from 'node:crypto';
import type { Tables } from '../tables.js';

/** What the trigger function that records the changes of a table is called, and the triggers that call it. */
export function captureName({ prefix }: Tables, table: string): string {
  const hash = createHash('sha256').update(table).digest('hex').slice(0, 10);
  return `${prefix}capture_${hash}`;
}

/**
 * Whether a table has capture by triggers now. Asked of the catalogue as it is, not as the transaction first saw it:
 * a function comes and goes with its triggers, under a lock that no writer of the table can hold meanwhile. So inside
 * a transaction that wrote to the table the answer is the one that held when it wrote.
 */
export function isCaptured(tables: Tables, table: string): string {
  return `to_regprocedure('${tables.path}"${captureName(tables, table)}"()') IS NOT NULL`;
}
