import { afterCommit, isTransaction, outermostOf, type TransactionLike } from './transaction-hooks.js';

interface Write {
  readonly transaction: TransactionLike;
  readonly write: () => void;
}

/** What was written in transactions that have not ended. */
export class PendingWrites {
  readonly #byOutermost = new WeakMap<TransactionLike, Write[]>();

  /**
   * Writes when the outermost transaction has ended, unless the savepoint it was written in was rolled back. All that
   * was written in one transaction shows at once. At once for something that is no transaction.
   */
  add(transaction: unknown, write: () => void): void {
    if (isTransaction(transaction)) this.#keep(outermostOf(transaction), { transaction, write });
    else write();
  }

  #keep(outermost: TransactionLike, write: Write): void {
    const writes = this.#byOutermost.get(outermost) ?? [];
    writes.push(write);
    if (writes.length > 1) return;
    this.#byOutermost.set(outermost, writes);
    afterCommit(outermost, () => {
      this.#byOutermost.delete(outermost);
      for (const each of writes) if (!isRolledBack(each.transaction)) each.write();
    });
  }
}

/** By itself, or with a transaction around it. */
function isRolledBack({ finished, parent }: TransactionLike): boolean {
  return finished === 'rollback' || (parent ? isRolledBack(parent) : false);
}
