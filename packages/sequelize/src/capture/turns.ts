import { AsyncLocalStorage } from 'node:async_hooks';
import { outermostOf } from '@hookline/core/adapter';
import type { Transaction } from 'sequelize';

/** Whose turn it is on a connection; work inside a turn that wants turns of its own takes them here. */
interface Turns {
  readonly outermost: object;
  last: Promise<unknown>;
}

const byTransaction = new WeakMap<object, Turns>();
const inside = new AsyncLocalStorage<Turns>();

/**
 * Does one work after the other on the one connection of a transaction, its savepoints included, in the order of the
 * calls: an app may write several rows at the same time.
 */
export function inTurn<Result>(transaction: Transaction, work: () => Promise<Result>): Promise<Result> {
  const outermost = outermostOf(transaction);
  const turns = turnsOn(outermost);
  const within = { outermost, last: Promise.resolve() };
  const result = turns.last.then(() => inside.run(within, work));
  turns.last = result.catch(() => {});
  return result;
}

function turnsOn(outermost: object): Turns {
  const around = inside.getStore();
  if (around?.outermost === outermost) return around;
  const known = byTransaction.get(outermost);
  if (known) return known;
  const turns = { outermost, last: Promise.resolve() };
  byTransaction.set(outermost, turns);
  return turns;
}
