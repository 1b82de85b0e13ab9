import { HooklineError } from '@hookline/core';

/** Where the tables of Hookline are. */
export interface TableOptions {
  /** The Postgres schema. Default: the first one of the connection's `search_path`. */
  readonly schema?: string | undefined;
  /** What the names of tables and indices start with. Default `hookline_`. */
  readonly prefix?: string | undefined;
}

const NAMES = [
  'events',
  'outbox',
  'event_keys',
  'webhooks',
  'webhook_version',
  'deliveries',
  'deliveries_open',
  'attempts',
  'runs',
  'runs_open',
  'receipts',
  'rejections',
  'changes',
  'snapshots',
  'webhook_health',
  'webhook_turns',
  'identity',
  'migrations',
] as const;

/** The tables, quoted and ready for SQL. */
export type Tables = Readonly<Record<(typeof NAMES)[number], string>> & {
  readonly schema: string | null;
  readonly prefix: string;
  /** What stands before a name in SQL: the schema, quoted and with its dot, or nothing. */
  readonly path: string;
};

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MAX_SCHEMA_CHARS = 63;
/** Postgres cuts names off at 63 bytes, and ours go up to 20 after the prefix. */
const MAX_PREFIX_CHARS = 40;

/** Throws OPTION_INVALID. */
export function tablesOf({ schema, prefix = 'hookline_' }: TableOptions = {}): Tables {
  if (schema !== undefined) checkIdentifier('schema', schema, MAX_SCHEMA_CHARS);
  checkIdentifier('prefix', prefix, MAX_PREFIX_CHARS);
  const path = schema === undefined ? '' : `"${schema}".`;
  const names = Object.fromEntries(NAMES.map((name) => [name, `${path}"${prefix}${name}"`]));
  return { ...names, schema: schema ?? null, prefix, path } as Tables;
}

function checkIdentifier(option: string, value: unknown, maxChars: number): void {
  if (typeof value === 'string' && IDENTIFIER.test(value) && value.length <= maxChars) return;
  const expected = `letters, digits and "_", not starting with a digit, at most ${maxChars}`;
  throw new HooklineError('OPTION_INVALID', { option, expected, got: JSON.stringify(value) });
}
