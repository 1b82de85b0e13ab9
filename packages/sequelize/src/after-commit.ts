import { isTransaction, outermostOf, type TransactionLike } from '@hookline/core/adapter';

const waiting = new WeakMap<TransactionLike, Set<() => void>>();

/**
 * Calls back once after the outermost transaction ended, however often it was asked to; at once for something
 * that is no transaction. A savepoint's own `afterCommit` would run when the inner block ends (sequelize#10260).
 */
export function afterCommit(transaction: unknown, callback: () => void): void {
  if (isTransaction(transaction)) callbacksOf(outermostOf(transaction)).add(callback);
  else callLater(callback);
}

function callbacksOf(outermost: TransactionLike): Set<() => void> {
  const known = waiting.get(outermost);
  if (known) return known;
  const callbacks = new Set<() => void>();
  waiting.set(outermost, callbacks);
  outermost.afterCommit(() => {
    for (const callback of callbacks) callLater(callback);
  });
  return callbacks;
}

/** Sequelize awaits these callbacks within `commit()`, and one that throws rejects it: so not there. */
function callLater(callback: () => void): void {
  setImmediate(() => {
    try {
      callback();
    } catch {
      // A wake-up that failed: the sweeper looks again by itself.
    }
  });
}
