import { isHooklineError } from '@hookline/core';
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

function noRowsWithoutTable(error: unknown): readonly [] {
  if (isHooklineError(error) && error.code === 'ERR_HOOKLINE_MIGRATION_PENDING') return [];
  throw error;
}
