import type { AccountId, NewEvent, RowFailure, RowPage, RowRequest } from '@hookline/core';
import type { Model, WhereOptions } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { eventOfRow } from '../binding/events-of.js';
import { subjectOf } from '../binding/model-data.js';
import { readRowPage } from './row-pages.js';
import { snapshotTypeOf } from './snapshot-type.js';
import { sqlStateOf } from './sql-state.js';

/**
 * Rows of an account as events that tell of them as they are. Found by the database where the account is an attribute;
 * otherwise each row is asked for its account. Rows of a binding that leaves the account to the context belong to none.
 */
export async function readPage(plan: BindingPlan, { after, limit, accountId }: RowRequest): Promise<RowPage> {
  const type = snapshotTypeOf(plan);
  if (type === null) return { events: [], next: null };
  const { rows, next } = await readRowPage(plan.model, {
    ...{ after, limit, transaction: null },
    where: whereAccount(plan, accountId),
  }).catch(noneOfSuchAccount);
  const events: NewEvent[] = [];
  const failures: RowFailure[] = [];
  for (const row of rows) {
    try {
      const account = plan.account(row, type) ?? null;
      if (!isAsked(account, accountId)) continue;
      const event = await eventOfRow(plan, type, row, null);
      events.push({ ...event, account, snapshot: true });
    } catch (error) {
      failures.push({ subject: subjectOf(plan.model, row), error });
    }
  }
  return { events, failures, next };
}

function whereAccount({ accountAttribute }: BindingPlan, accountId: string | null | undefined): WhereOptions {
  return accountAttribute === undefined || accountId === undefined ? {} : { [accountAttribute]: accountId };
}

function isAsked(account: AccountId | null, accountId: string | null | undefined): boolean {
  return accountId === undefined || (account === null ? null : String(account)) === accountId;
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: a text that is no number, one that is too large. */
const NOT_OF_ITS_TYPE = ['22P02', '22003'];

/** An account that the column cannot even have. */
function noneOfSuchAccount(error: unknown): { readonly rows: readonly Model[]; readonly next: null } {
  if (NOT_OF_ITS_TYPE.includes(sqlStateOf(error))) return { rows: [], next: null };
  throw error;
}
