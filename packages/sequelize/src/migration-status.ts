import type { Database } from './database.js';
import { SCRIPTS } from './migrations/scripts.js';

export interface MigrationStatus {
  readonly name: string;
  /** Milliseconds since the Unix epoch; null where it was not yet applied. */
  readonly appliedAt: number | null;
}

/** Every migration of this release, in order. */
export async function readStatus(database: Database): Promise<readonly MigrationStatus[]> {
  const rows = await database
    .run(`SELECT "name", "applied_at" AS "appliedAt" FROM ${database.tables.migrations}`)
    .catch(noRowsWithoutTable);
  const appliedAt = new Map(rows.map((row) => [row.name, Number(row.appliedAt)]));
  return SCRIPTS.map(({ name }) => ({ name, appliedAt: appliedAt.get(name) ?? null }));
}

export function pendingOf(status: readonly MigrationStatus[]): readonly string[] {
  return status.filter(({ appliedAt }) => appliedAt === null).map(({ name }) => name);
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html, which also covers a schema that is not there. */
const UNDEFINED_TABLE = '42P01';

function noRowsWithoutTable(error: unknown): readonly [] {
  const { original } = error as { readonly original?: { readonly code?: unknown } };
  if (original?.code === UNDEFINED_TABLE) return [];
  throw error;
}
