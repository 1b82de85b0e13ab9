import { sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { QueryTypes } from 'sequelize';
import { aClaim, anEvent } from '../contracts/store-records.js';
import { expectError } from '../support/expect-error.js';
import { type Connection, connect, makeStore } from './connect.js';

/** A store whose every statement fails with this. */
function failingStore(error: object) {
  return sequelizeStore({
    getDialect: () => 'postgres',
    query: () => Promise.reject(error),
    transaction: async () => ({}) as never,
  });
}

const failure = (name: string, parent: object = {}) => Object.assign(new Error('failed'), { name, parent });
const databaseError = (parent: object) => failure('SequelizeDatabaseError', parent);

describe('a database that does not answer', () => {
  const names = ['', 'Refused', 'TimedOut', 'AcquireTimeout'].map(
    (kind) => `SequelizeConnection${kind}Error`,
  );
  names.push(
    'SequelizeHostNotFoundError',
    'SequelizeHostNotReachableError',
    'SequelizeInvalidConnectionError',
  );
  for (const name of names) {
    it(`is STORE_UNAVAILABLE for ${name}`, async () => {
      const cause = failure(name);
      const error = await expectError('STORE_UNAVAILABLE', () => failingStore(cause).events.claim(aClaim()));
      expect(error).to.include({ status: 503, cause });
    });
  }

  for (const code of ['57P01', '57P02', '57P03', '08006', 'ECONNRESET']) {
    it(`is STORE_UNAVAILABLE for ${code}, in a transaction of the caller as well`, async () => {
      const cause = databaseError({ code });
      const transaction = { afterCommit: () => {} };
      const insert = () => failingStore(cause).events.insert([anEvent()], { transaction });
      expect(await expectError('STORE_UNAVAILABLE', insert)).to.include({ cause });
    });
  }

  it('passes on what the database says about the statement', async () => {
    for (const parent of [{ code: '23505' }, { code: '57014' }, { message: 'Connection is a bad name' }]) {
      const error = databaseError(parent);
      const failed = await failingStore(error)
        .events.claim(aClaim())
        .catch((got: unknown) => got);
      expect(failed).to.equal(error);
    }
  });

  describe('after the start', () => {
    let connection: Connection;

    before(async () => {
      connection = await connect();
    });
    after(() => connection.close());

    it('is told from a lost connection inside a transaction, and is there again for the next', async () => {
      const { sequelize } = connection;
      const store = await makeStore(sequelize);
      const transaction = await sequelize.transaction();
      const [backend] = await sequelize.query<{ pid: number }>('SELECT pg_backend_pid() AS pid', {
        type: QueryTypes.SELECT,
        transaction,
      });
      await connection.another().query(`SELECT pg_terminate_backend(${backend?.pid}, 2000)`);
      const insert = () => store.events.insert([anEvent()], { transaction });
      await expectError('STORE_UNAVAILABLE', insert);
      await expectError('STORE_UNAVAILABLE', insert);
      await transaction.rollback().catch(() => {});
      await store.events.insert([anEvent()]);
      expect(await store.events.list({ limit: 10 })).to.have.length(1);
    });
  });
});
