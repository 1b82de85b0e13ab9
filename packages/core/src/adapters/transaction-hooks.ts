interface TransactionLike {
  readonly parent?: TransactionLike | null;
  afterCommit(callback: () => void): void;
}

/**
 * Calls back after the outermost transaction ended; at once for something that is no Sequelize transaction.
 * In Sequelize 6 a savepoint's own `afterCommit` runs when the inner block ends (sequelize#10260).
 */
export function afterCommit(transaction: unknown, callback: () => void): void {
  if (!isTransaction(transaction)) {
    callback();
    return;
  }
  let outermost: TransactionLike = transaction;
  while (outermost.parent) outermost = outermost.parent;
  outermost.afterCommit(callback);
}

function isTransaction(value: unknown): value is TransactionLike {
  return typeof (value as Partial<TransactionLike> | null | undefined)?.afterCommit === 'function';
}
