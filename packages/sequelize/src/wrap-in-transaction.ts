import type { Model, ModelStatic, Transaction, TransactionOptions } from 'sequelize';

type WriteOptions = Readonly<Record<string, unknown>> & {
  readonly transaction?: Transaction | null;
  readonly hooks?: boolean;
  readonly individualHooks?: boolean;
  readonly logging?: TransactionOptions['logging'];
};
type Method = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/**
 * Makes every write of this model that runs its hooks atomic with what the hooks write: where there is neither
 * `options.transaction` nor a transaction in Sequelize's CLS, one is opened around it. Answers the function that
 * takes this back.
 */
export function wrapInTransaction(model: ModelStatic<Model>): () => void {
  const rows = (['save', 'destroy', 'restore'] as const).map((name) =>
    wrap(model.prototype, name, 0, (original, instance, call) =>
      call.options.hooks === false ? original() : inTransaction(model, call, () => original(), instance as Model),
    ),
  );
  const bulks = (Object.entries(BULK_METHODS) as [string, number][]).map(([name, position]) =>
    wrap(model, name, position, (original, _, call) =>
      call.options.individualHooks === true ? inTransaction(model, call, () => original()) : original(),
    ),
  );
  return () => {
    for (const unwrap of [...rows, ...bulks]) unwrap();
  };
}
