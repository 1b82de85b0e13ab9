import type { Sequelize, Transaction } from 'sequelize';

const NOBODY = -1;

/** Puts a business row and its event into the given transaction. */
export type PlaceOrder = (transaction: Transaction, customerId?: number) => Promise<void>;

class ChangedOurMind extends Error {}

/**
 * Every way a transaction can come to nothing, again and again, beside transactions that commit: rows that stay
 * and rows that go are told apart by the database alone. Rejects where one does not end as it should.
 */
export async function rollBack(sequelize: Sequelize, placeOrder: PlaceOrder, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await mustFail(() => rollOuterBack(sequelize, placeOrder));
    await rollSavepointBack(sequelize, placeOrder);
    await mustFail(() => releaseSavepointAndRollBack(sequelize, placeOrder));
    await mustFail(() => failAtCommit(sequelize, placeOrder));
    await sequelize.transaction((transaction) => placeOrder(transaction));
  }
}

function rollOuterBack(sequelize: Sequelize, placeOrder: PlaceOrder): Promise<void> {
  return sequelize.transaction(async (transaction) => {
    await placeOrder(transaction);
    throw new ChangedOurMind();
  });
}

/** The row of the outer transaction stays, the one within the savepoint goes. */
function rollSavepointBack(sequelize: Sequelize, placeOrder: PlaceOrder): Promise<void> {
  return sequelize.transaction(async (outer) => {
    await placeOrder(outer);
    await mustFail(() =>
      sequelize.transaction({ transaction: outer }, async (savepoint) => {
        await placeOrder(savepoint);
        throw new ChangedOurMind();
      }),
    );
  });
}

function releaseSavepointAndRollBack(sequelize: Sequelize, placeOrder: PlaceOrder): Promise<void> {
  return sequelize.transaction(async (outer) => {
    await sequelize.transaction({ transaction: outer }, (savepoint) => placeOrder(savepoint));
    throw new ChangedOurMind();
  });
}

/** Every statement succeeds; the constraint is looked at when all is over. */
function failAtCommit(sequelize: Sequelize, placeOrder: PlaceOrder): Promise<void> {
  return sequelize.transaction((transaction) => placeOrder(transaction, NOBODY));
}

async function mustFail(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    return;
  }
  throw new Error('a transaction that was to come to nothing succeeded');
}
