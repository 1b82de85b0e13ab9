/** What is used of a Sequelize 6 transaction. */
export interface TransactionLike {
  /** The transaction that this one is a savepoint of. */
  readonly parent?: TransactionLike | null;
  /** How it ended, as far as this was asked for; absent while it runs. */
  readonly finished?: unknown;
  afterCommit(callback: () => void): void;
}

/**
 * Calls back after the outermost transaction ended; at once for something that is no Sequelize transaction.
 * In Sequelize 6 a savepoint's own `afterCommit` runs when the inner block ends (sequelize#10260).
 */
export function afterCommit(transaction: unknown, callback: () => void): void {
  if (isTransaction(transaction)) outermostOf(transaction).afterCommit(callback);
  else callback();
}

export function outermostOf(transaction: TransactionLike): TransactionLike {
  let outermost = transaction;
  while (outermost.parent) outermost = outermost.parent;
  return outermost;
}

export function isTransaction(value: unknown): value is TransactionLike {
  return typeof (value as Partial<TransactionLike> | null | undefined)?.afterCommit === 'function';
}
