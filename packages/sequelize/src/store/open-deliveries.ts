import type { DeliveryState, Page } from '@hookline/core';
import type { Binds } from '../binds.js';
import { pageOf, where } from '../conditions.js';
import type { Tables } from '../tables.js';

export interface OpenQuery {
  readonly state: DeliveryState;
  readonly page: Page;
  /** Whether nothing else is asked for, so that what is found is the page. */
  readonly isPage: boolean;
}

/** What was not delivered is found among the open rows. Where nothing else is asked for, they are the page. */
export function openRows(
  { deliveries_open }: Tables,
  binds: Binds,
  { state, page, isPage }: OpenQuery,
): string {
  const from = `SELECT "id" AS "open_id" FROM ${deliveries_open}`;
  const isBegun = state !== 'pending' && state !== 'delivering';
  if (isPage && isBegun) return `${from} ${stateRange(binds, state, page)}`;
  const conditions = isInState(binds, state);
  if (isPage) return `${from} ${pageOf(binds, conditions, page)}`;
  if (page.before !== undefined) conditions.push(`"id" < ${binds.add('text', page.before)}`);
  return `${from} ${where(conditions)}`;
}

/** Comes after every id. */
const AFTER_IDS = '~';

/**
 * A page of a state that an attempt left, as a range of the index on state and id: for an equation the planner may walk
 * back along the primary key instead, past every row of other states.
 */
function stateRange(binds: Binds, state: DeliveryState, { limit, before = AFTER_IDS }: Page): string {
  const from = `(${binds.add('text', state)}, '')`;
  const to = `(${binds.add('text', state)}, ${binds.add('text', before)})`;
  const conditions = [
    `"lease" IS NULL`,
    `"state" <> 'pending'`,
    `("state", "id") >= ${from}`,
    `("state", "id") < ${to}`,
  ];
  return `${where(conditions)} ORDER BY "state" DESC, "id" DESC LIMIT ${binds.add('bigint', limit)}`;
}

/** Of an open row. `delivering` is a lease; each condition is as an index has it. */
function isInState(binds: Binds, state: DeliveryState): string[] {
  if (state === 'delivering') return ['"next_attempt_at" IS NOT NULL', '"lease" IS NOT NULL'];
  const isState = [`"state" = ${binds.add('text', state)}`, '"lease" IS NULL'];
  return [...isState, state === 'pending' ? '"next_attempt_at" IS NOT NULL' : `"state" <> 'pending'`];
}
