import type { Page, Scope } from '@hookline/core';
import type { Binds } from './binds.js';
import { columnOf } from './columns.js';

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

/**
 * `column` is one of these. Behind a SELECT the planner cannot count them, takes them for ten, and looks each up in
 * the index: it would otherwise read a table of middling size from end to end for a few hundred. What is joined to
 * the rows it then looks up in the same way.
 */
export function isOneOf(binds: Binds, column: string, values: readonly string[]): string {
  return `${column} = ANY((SELECT ${binds.addAll('text', values)})::text[])`;
}

/** The same for what a CTE selected; not beside a join to that CTE, where each look-up would go through them all. */
export function isAmong(column: string, cte: string, selected = '"id"'): string {
  return `${column} = ANY(ARRAY(SELECT ${selected} FROM ${cte}))`;
}

/** WHERE, ORDER BY and LIMIT of one page, newest first. */
export function pageOf(binds: Binds, conditions: readonly string[], { limit, before }: Page): string {
  const all = before === undefined ? conditions : [...conditions, `"id" < ${binds.add('text', before)}`];
  return `${where(all)} ORDER BY "id" DESC LIMIT ${binds.add('bigint', limit)}`;
}

export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
