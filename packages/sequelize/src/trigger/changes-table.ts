import { Binds } from '../binds.js';
import type { Run } from '../database.js';
import type { Tables } from '../tables.js';
import { isCaptured } from './capture-name.js';
import { RECORDED_COLUMNS, type RecordedChange, readRecorded } from './recorded-change.js';

/** As many as suit one transaction. */
const MAX_CLAIM = 500;
/** Of those that failed before: the others are not to wait behind them. */
const MAX_FAILED = 100;
/** How far behind the last one taken the rest of its transaction is looked for. */
const LOOK_AHEAD = 10_000;
/** By the clock of the database, which all processes share. */
const NOW = '(extract(epoch FROM statement_timestamp()) * 1000)::bigint';

const MAX_RETRY_DELAY_MS = 3_600_000;
const MAX_ERROR_CHARS = 1_000;

export interface Outlook {
  /** Whether any change of these tables waits. */
  readonly waits: boolean;
  /** Of the tables asked about, those that have no capture. */
  readonly uncaptured: ReadonlySet<string>;
}

/** A look from outside any transaction, cheap where nothing waits. */
export async function lookAt(
  run: Run,
  tables: Tables,
  sources: readonly string[],
  expected: readonly string[],
): Promise<Outlook> {
  const binds = new Binds();
  const isOne = `source = ANY(${binds.addAll('text', sources)})`;
  const questions = expected.map((table, i) => `, ${isCaptured(tables, table)} AS "captured${i}"`);
  const [row] = await run(
    `SELECT EXISTS (SELECT FROM ${tables.changes} WHERE ${isOne} AND failed_count = 0)
      OR EXISTS (SELECT FROM ${tables.changes} WHERE ${isOne} AND failed_count > 0 AND retry_at <= ${NOW}) AS "waits"${questions.join('')}`,
    binds,
  );
  return {
    waits: row?.waits === true,
    uncaptured: new Set(expected.filter((_, i) => row?.[`captured${i}`] !== true)),
  };
}

/**
 * Those of the tables that nobody else takes changes of, until the transaction ends: one at a time, so that events of a
 * row come in the order of its changes. Before what is taken is looked for, so that what the one before took is gone.
 */
export async function holdSources(
  run: Run,
  { changes }: Tables,
  sources: readonly string[],
): Promise<readonly string[]> {
  const binds = new Binds();
  const lock = `hashtextextended(${binds.add('text', changes)} || source, 1)`;
  const rows = await run(
    `SELECT source FROM unnest(${binds.addAll('text', sources)}) AS source WHERE pg_try_advisory_xact_lock(${lock})`,
    binds,
  );
  return rows.map((row) => String(row.source));
}

/** The oldest ones of each table: an index on both has them at hand, however many wait. */
export async function findDue(
  run: Run,
  { changes }: Tables,
  sources: readonly string[],
): Promise<readonly RecordedChange[]> {
  const binds = new Binds();
  const rows = await run(
    `SELECT ${RECORDED_COLUMNS} FROM ${changes} WHERE id = ANY(ARRAY(
      SELECT due.id FROM unnest(${binds.addAll('text', sources)}) AS held(source) CROSS JOIN LATERAL (
        (SELECT id FROM ${changes} AS fresh WHERE fresh.source = held.source AND failed_count = 0 ORDER BY id LIMIT ${MAX_CLAIM})
        UNION ALL
        (SELECT id FROM ${changes} AS failed WHERE failed.source = held.source AND failed_count > 0 AND retry_at <= ${NOW}
          ORDER BY retry_at LIMIT ${MAX_FAILED})
      ) AS due ORDER BY due.id LIMIT ${MAX_CLAIM}
    )) ORDER BY id`,
    binds,
  );
  return rows.map(readRecorded);
}

/** What else the transactions of these changes did to these tables, as far as it is near. */
export async function findRest(
  run: Run,
  { changes }: Tables,
  found: readonly RecordedChange[],
  sources: readonly string[],
): Promise<readonly RecordedChange[]> {
  const last = found.at(-1);
  if (last === undefined || found.length < MAX_CLAIM || sources.length === 0) return [];
  const transactions = new Set(found.filter(({ source }) => sources.includes(source)).map(transactionOf));
  const binds = new Binds();
  const rows = await run(
    `SELECT ${RECORDED_COLUMNS} FROM ${changes} WHERE source = ANY(${binds.addAll('text', sources)}) AND failed_count = 0
      AND id > ${last.id} AND id <= ${last.id} + ${LOOK_AHEAD} AND transaction_id = ANY(${idsOf([...transactions])}) ORDER BY id`,
    binds,
  );
  return rows.map(readRecorded);
}

export async function removeChanges(run: Run, { changes }: Tables, ids: readonly string[]): Promise<void> {
  await run(`DELETE FROM ${changes} WHERE id = ANY(${idsOf(ids)})`);
}

/** They are taken again later, and ever later: after two seconds at first, then up to an hour. */
export async function postponeChanges(
  run: Run,
  { changes }: Tables,
  ids: readonly string[],
  error: unknown,
): Promise<void> {
  const binds = new Binds();
  const message = (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR_CHARS);
  await run(
    `UPDATE ${changes} SET failed_count = failed_count + 1, last_error = ${binds.add('text', message.replaceAll('\0', ''))},
      retry_at = ${NOW} + least(${MAX_RETRY_DELAY_MS}, 2000 * 2 ^ least(failed_count, 20))::bigint WHERE id = ANY(${idsOf(ids)})`,
    binds,
  );
}

/** Numbers that the database itself has given out. */
export function idsOf(ids: readonly string[]): string {
  return `'{${ids.join(',')}}'::bigint[]`;
}

function transactionOf({ transactionId }: RecordedChange): string {
  return transactionId;
}
