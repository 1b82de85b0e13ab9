import type { Tables } from '../tables.js';
import { captureName, quoteText } from './capture-name.js';
import { type CapturedRows, recordPairs, recordRows, recordSummary } from './capture-rows.js';
import type { CapturedTable } from './captured-table.js';

/** Stands in a text of SQL for the schema of our tables, where only the database knows it. */
const SCHEMA = '@schema@';
/** Stands in a text of SQL for the table that is being emptied. */
const TABLE = '@table@';

/**
 * The statement that makes the function of the triggers of a table.
 *
 * It runs with the rights of whoever installed it, so that everybody who may write to the table can, also with no
 * right on our tables. Hence a search_path without any schema that somebody else can put a function or a table into,
 * and our table named with its schema. The other settings are those in which values are written down so that they
 * read the same under any others.
 */
export function createFunction(tables: Tables, table: CapturedTable): string {
  const { schema, changes, prefix } = tables;
  const within = schema === null ? SCHEMA : `"${schema}"`;
  const sql = `CREATE OR REPLACE FUNCTION ${within}."${captureName(tables, table.name)}"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO' SET intervalstyle = 'postgres' SET extra_float_digits = 1
AS $capture$
${bodyOf(table, `${within}."${prefix}changes"`)}
$capture$`;
  if (schema !== null) return sql;
  return `DO $install$ BEGIN EXECUTE replace($text$
${sql}
$text$, '${SCHEMA}', (SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = '${changes}'::regclass)); END $install$`;
}

function bodyOf(table: CapturedTable, changes: string): string {
  const at = (from: string): CapturedRows => ({
    ...{ table, changes, from },
    values: ['happened_at', 'caller_context'],
  });
  return `DECLARE
  happened_at CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
  caller_context CONSTANT text := nullif(current_setting('hookline.context', true), '');
  row_total bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN
${oneOf(table, at('new_rows'), 'created', recordRows(at('new_rows'), 'after'))}
  ELSIF TG_OP = 'UPDATE' THEN
${oneOf(table, at('new_rows'), 'updated', recordPairs(at('')))}
  ELSIF TG_OP = 'DELETE' THEN
${oneOf(table, at('old_rows'), 'destroyed', recordRows(at('old_rows'), 'before'))}
  ELSE
${beforeTruncate({ ...at(TABLE), values: ['$1', '$2'] })}
  END IF;
  RETURN NULL;
END`;
}

/** Each row, or a summary of all. */
function oneOf(
  { bulkRowCap }: CapturedTable,
  rows: CapturedRows,
  operation: string,
  recordEach: string,
): string {
  if (bulkRowCap === null) return `    ${recordEach};`;
  return `    IF (SELECT count(*) FROM (SELECT FROM ${rows.from} LIMIT ${bulkRowCap + 1}) AS counted) > ${bulkRowCap} THEN
      ${recordSummary(rows, operation)};
    ELSE
      ${recordEach};
    END IF;`;
}

/** No rows are passed to a trigger of TRUNCATE: it reads them before they go. */
function beforeTruncate(rows: CapturedRows): string {
  const { bulkRowCap } = rows.table;
  const execute = (sql: string) =>
    `EXECUTE replace(${quoteText(sql)}, '${TABLE}', TG_RELID::regclass::text) USING happened_at, caller_context;`;
  const recordEach = execute(recordRows(rows, 'before'));
  if (bulkRowCap === null) return `    ${recordEach}`;
  return `    EXECUTE format('SELECT count(*) FROM (SELECT FROM %s LIMIT ${bulkRowCap + 1}) AS counted', TG_RELID::regclass) INTO row_total;
    IF row_total > ${bulkRowCap} THEN
      ${execute(recordSummary(rows, 'destroyed'))}
    ELSE
      ${recordEach}
    END IF;`;
}
