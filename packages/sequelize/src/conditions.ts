import type { Page, Scope } from '@hookline/core';
import { columnOf } from './columns.js';
import type { Binds } from './database.js';

/** `"account_id" = ...`, or nothing where the scope is everyone's. */
export function inScope(binds: Binds, { accountId }: Scope): readonly string[] {
  if (accountId === undefined) return [];
  return [accountId === null ? '"account_id" IS NULL' : `"account_id" = ${binds.add('text', accountId)}`];
}

/** One condition per text field that is asked for. */
export function isAsked(
  binds: Binds,
  asked: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return Object.entries(asked).flatMap(([field, value]) =>
    value === undefined ? [] : [`${columnOf(field)} = ${binds.add('text', value)}`],
  );
}

/** WHERE, ORDER BY and LIMIT of one page, newest first. */
export function pageOf(binds: Binds, conditions: readonly string[], { limit, before }: Page): string {
  const all = before === undefined ? conditions : [...conditions, `"id" < ${binds.add('text', before)}`];
  return `${where(all)} ORDER BY "id" DESC LIMIT ${binds.add('bigint', limit)}`;
}

export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
