import { type Context, currentContext, withContext } from '@hookline/core';
import { outermostOf } from '@hookline/core/adapter';
import type { Sequelize, Transaction } from 'sequelize';

/** What a transaction has besides what its types say. */
interface TransactionNode {
  readonly sequelize: Sequelize;
  readonly parent?: TransactionNode;
  readonly finished?: 'commit' | 'rollback';
}

/** What was set last in an outermost transaction, and by which savepoint of it: the connection has one setting. */
const shared = new WeakMap<object, { readonly node: TransactionNode; readonly context: string }>();

/**
 * Tells the triggers of this transaction the context around the caller: what they record from now on until it ends,
 * raw SQL too, becomes events with that actor, account and request. Writes through a model that is bound with
 * `capture: 'trigger'` do so by themselves. Throws what the database throws.
 *
 * @example
 * await withContext({ actor: { type: 'user', id: 7 } }, () =>
 *   sequelize.transaction(async (transaction) => {
 *     await shareContext(transaction);
 *     await sequelize.query('UPDATE conversations SET status = 1 WHERE ...', { transaction });
 *   }));
 */
export async function shareContext(transaction: Transaction): Promise<void> {
  await set(transaction, contextText(currentContext()));
}

/** Only where it is another one than before. */
export async function keepContextShared(transaction: Transaction): Promise<void> {
  const context = contextText(currentContext());
  if (context !== sharedIn(transaction)) await set(transaction, context);
}

/** Whether there is one now, or was one before in this transaction. */
export function isContextAbout(transaction: Transaction): boolean {
  return hasContext() || shared.has(outermostOf(transaction));
}

export function hasContext(): boolean {
  return contextText(currentContext()) !== '';
}

/** What a trigger wrote down; an empty context for what is none, as anybody may have set it. */
export function readContext(text: string | null): Context {
  if (text === null) return {};
  try {
    const context = JSON.parse(text) as Context;
    return withContext(context, () => context);
  } catch {
    return {};
  }
}

async function set(transaction: Transaction, context: string): Promise<void> {
  const node = nodeOf(transaction);
  const sql = `SELECT set_config('hookline.context', $1, true)`;
  await node.sequelize.query(sql, { bind: [context], transaction, logging: false, raw: true });
  shared.set(outermostOf(transaction), { node, context });
}

/** Null where it is not known: a savepoint that was rolled back took back what was set in it. */
function sharedIn(transaction: Transaction): string | null {
  const last = shared.get(outermostOf(transaction));
  if (last === undefined) return '';
  for (let node: TransactionNode | undefined = last.node; node; node = node.parent) {
    if (node.finished === 'rollback') return null;
  }
  return last.context;
}

function nodeOf(transaction: Transaction): TransactionNode {
  return transaction as unknown as TransactionNode;
}

/** Postgres has no other word for a setting that is not set. */
function contextText(context: Context): string {
  return Object.values(context).every((value) => value === undefined) ? '' : JSON.stringify(context);
}
