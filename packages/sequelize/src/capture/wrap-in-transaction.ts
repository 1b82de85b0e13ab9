import type { Model, ModelStatic, Sequelize, Transaction, TransactionOptions } from 'sequelize';
import { ambientTransaction } from '../ambient-transaction.js';

interface WriteOptions {
  readonly transaction?: Transaction | null;
  readonly hooks?: boolean;
  readonly individualHooks?: boolean;
  readonly logging?: NonNullable<TransactionOptions['logging']>;
}

type Method = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** The methods that write one row, and run its hooks unless they are told not to. All others come down to these. */
const ROW_METHODS = ['save', 'destroy', 'restore'] as const;
/** The methods that write many rows, and run the hooks of each if they are told to; where their options are. */
const BULK_METHODS = { bulkCreate: 1, update: 1, destroy: 0, restore: 0 } as const;

/**
 * Makes every write of this model that runs the hooks of its rows atomic with what those hooks write: where there
 * is neither `options.transaction` nor a transaction in Sequelize's CLS, one is opened around it. Answers the
 * function that takes this back.
 */
export function wrapInTransaction(model: ModelStatic<Model>): () => void {
  const runsRowHooks = ({ hooks }: WriteOptions) => hooks !== false;
  const runsEachHook = ({ individualHooks }: WriteOptions) => individualHooks === true;
  const unwraps = [
    ...ROW_METHODS.map((name) => wrap(model, model.prototype, name, 0, runsRowHooks)),
    ...Object.entries(BULK_METHODS).map(([name, position]) =>
      wrap(model, model, name, position, runsEachHook),
    ),
  ];
  return () => {
    for (const unwrap of unwraps) unwrap();
  };
}

function wrap(
  model: ModelStatic<Model>,
  owner: object,
  name: string,
  position: number,
  runsHooks: (options: WriteOptions) => boolean,
): () => void {
  const inherited = Object.getOwnPropertyDescriptor(owner, name);
  const original = Reflect.get(owner, name) as Method;
  let isBound = true;
  const wrapper: Method = function (...args) {
    const options = (args[position] ?? {}) as WriteOptions;
    if (!isBound || !runsHooks(options) || hasTransaction(model, options)) return original.apply(this, args);
    return inTransaction(sequelizeOf(model), options, this, (transaction) => {
      args[position] = { ...options, transaction };
      return original.apply(this, args);
    });
  };
  Object.defineProperty(owner, name, { value: wrapper, writable: true, configurable: true });
  return () => {
    isBound = false;
    // Whoever wrapped it after us keeps their wrapper, and ours in it passes everything on.
    if (Reflect.get(owner, name) !== wrapper) return;
    if (inherited) Object.defineProperty(owner, name, inherited);
    else Reflect.deleteProperty(owner, name);
  };
}

/** An instance that was to be created is still new when it was rolled back. */
async function inTransaction(
  sequelize: Sequelize,
  { logging }: WriteOptions,
  target: unknown,
  write: (transaction: Transaction) => Promise<unknown>,
): Promise<unknown> {
  const instance = target as { isNewRecord?: boolean };
  const wasNew = instance.isNewRecord === true;
  try {
    return await sequelize.transaction(logging === undefined ? {} : { logging }, write);
  } catch (error) {
    if (wasNew) instance.isNewRecord = true;
    throw error;
  }
}

/** The caller's own, given or found in the CLS. An explicit null means: not the one in the CLS. */
function hasTransaction(model: ModelStatic<Model>, { transaction }: WriteOptions): boolean {
  if (transaction !== undefined) return transaction !== null;
  return ambientTransaction(sequelizeOf(model)) !== undefined;
}

function sequelizeOf({ sequelize }: ModelStatic<Model>): Sequelize {
  return sequelize as Sequelize;
}
