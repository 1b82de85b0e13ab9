import { HooklineError } from '@hookline/core';
import type { Command } from 'commander';
import { Sequelize } from 'sequelize';
import { migrate, migrationSql, migrationStatus } from './migrate.js';
import { type MigrationStatus, pendingOf } from './migration-status.js';

/** The world as a command sees it. */
export interface CliWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => unknown;
  readonly stderr: (text: string) => unknown;
}

export interface MigrateOptions {
  readonly url?: string;
  readonly schema?: string;
  readonly prefix?: string;
  readonly sql?: boolean;
  readonly json?: boolean;
}

export function printSql({ stdout }: CliWorld, options: MigrateOptions): void {
  const sql = migrationSql(options);
  stdout(options.json ? toJson({ sql }) : sql);
}

export async function applyPending(
  world: CliWorld,
  options: MigrateOptions,
  command: Command,
): Promise<void> {
  const applied = await withDatabase(world, options, command, (sequelize) => migrate(sequelize, options));
  if (options.json) return void world.stdout(toJson({ applied }));
  const lines = applied.map((name) => `applied ${name}`);
  world.stdout(toText(lines.length > 0 ? lines : ['nothing to do: every migration is applied']));
}

/** Answers whether anything is pending. */
export async function printStatus(
  world: CliWorld,
  options: MigrateOptions,
  command: Command,
): Promise<boolean> {
  const status = await withDatabase(world, options, command, (sequelize) =>
    migrationStatus(sequelize, options),
  );
  const rows = status.map(({ name, appliedAt }) => ({ name, appliedAt: toDate(appliedAt) }));
  const lines = rows.map(({ name, appliedAt }) => `${appliedAt ?? 'pending'.padEnd(24)}  ${name}`);
  world.stdout(options.json ? toJson({ migrations: rows }) : toText(lines));
  return pendingOf(status).length > 0;
}

export async function withDatabase<Result>(
  { env }: CliWorld,
  options: MigrateOptions,
  command: Command,
  work: (sequelize: Sequelize) => Promise<Result>,
): Promise<Result> {
  const url = checkUrl(options.url ?? env.DATABASE_URL, command);
  const sequelize = new Sequelize(url, { logging: false, pool: { max: 1 } });
  try {
    await sequelize.authenticate().catch((cause) => {
      throw new HooklineError('STORE_UNAVAILABLE', { store: nameOf(url) }, cause);
    });
    return await work(sequelize);
  } finally {
    await sequelize.close();
  }
}

/** Before Sequelize parses it: that warns with the whole URL, password and all. */
function checkUrl(url: string | undefined, command: Command): string {
  const problem = problemOf(url);
  return problem === null ? String(url) : command.error(`error: --url or DATABASE_URL: ${problem}`);
}

function problemOf(url: string | undefined): string | null {
  if (!url) return 'expected postgres://user:password@host/name, got nothing';
  if (!/^postgres(ql)?:\/\//.test(url)) return 'expected a URL that starts with postgres://';
  return URL.canParse(url) ? null : 'not a URL: is every special character of the password encoded?';
}

/** Without user and password. */
function nameOf(url: string): string {
  return url.replace(/^(\w+:\/\/)(?:.*@)?([^?]*).*$/s, '$1$2');
}

function toDate(instant: MigrationStatus['appliedAt']): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}

function toText(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

export function toJson(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
