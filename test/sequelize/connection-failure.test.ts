import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '@hookline/core';
import { sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { QueryTypes, Sequelize } from 'sequelize';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../examples/support/embedded-postgres.ts';
import { openDatabase } from '../../packages/sequelize/src/database.js';
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

  for (const code of ['57P01', '57P02', '57P03', '08006', '53100', '53200', 'ECONNRESET']) {
    it(`is STORE_UNAVAILABLE for ${code}, in a transaction of the caller as well`, async () => {
      const cause = databaseError({ code });
      const transaction = { afterCommit: () => {} };
      const insert = () => failingStore(cause).events.insert([anEvent()], { transaction });
      expect(await expectError('STORE_UNAVAILABLE', insert)).to.include({ cause });
    });
  }

  for (const code of ['25006', '40001', '40P01', '55P03', '57014']) {
    it(`is STORE_UNAVAILABLE for ${code}, but in a transaction of the caller it is the caller's`, async () => {
      const cause = databaseError({ code });
      await expectError('STORE_UNAVAILABLE', () => failingStore(cause).events.claim(aClaim()));
      const transaction = { afterCommit: () => {} };
      const failed = await failingStore(cause)
        .events.insert([anEvent()], { transaction })
        .catch((got: unknown) => got);
      expect(failed).to.equal(cause);
    });
  }

  for (const message of [
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'Query read timeout',
  ]) {
    it(`is STORE_UNAVAILABLE where the driver says "${message}", to Sequelize or past it`, async () => {
      for (const cause of [databaseError({ message }), new Error(message)]) {
        const error = await expectError('STORE_UNAVAILABLE', () =>
          failingStore(cause).events.claim(aClaim()),
        );
        expect(error).to.include({ cause });
      }
    });
  }

  it('is STORE_UNAVAILABLE where a connection breaks while it is set up', async () => {
    for (const code of ['57P01', '57P03', 'ECONNRESET', 'ECONNREFUSED']) {
      const cause = Object.assign(new Error('failed'), { code });
      await expectError('STORE_UNAVAILABLE', () => failingStore(cause).events.claim(aClaim()));
    }
  });

  it('passes on what the database says about the statement', async () => {
    for (const parent of [{ code: '23505' }, { code: '42601' }, { message: 'Connection is a bad name' }]) {
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

    it('is told from a connection that is lost in the middle of a statement', async () => {
      const database = openDatabase(connection.sequelize);
      const statement = expectError('STORE_UNAVAILABLE', () =>
        database.run('SELECT pg_sleep(10) -- at work'),
      );
      const admin = connection.another();
      const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE query LIKE 'SELECT pg_sleep(10) -- at work%' AND wait_event = 'PgSleep'`;
      while ((await admin.query(terminate, { type: QueryTypes.SELECT })).length === 0);
      const error = await statement;
      expect(error.cause).to.have.nested.property('parent.code', '57P01');
      // Until the socket is closed the pool may hand the connection out once more.
      while (!(await database.run('SELECT 1').catch(() => null))) await sleep(1);
    });

    it('is told from a pool with no connection left', async () => {
      const narrow = connection.another({ pool: { max: 1, acquire: 20 } });
      const transaction = await narrow.transaction();
      await expectError('STORE_UNAVAILABLE', () => openDatabase(narrow).run('SELECT 1'));
      await transaction.rollback();
    });
  });

  describe('that is restarted', () => {
    let postgres: EmbeddedPostgres;
    let sequelize: Sequelize;
    let store: Store;

    before(async () => {
      postgres = await startEmbeddedPostgres();
      sequelize = new Sequelize(postgres.url, { logging: false });
      store = await makeStore(sequelize);
    });
    after(async () => {
      await sequelize?.close();
      await postgres?.stop();
    });

    for (const mode of ['fast', 'immediate'] as const) {
      it(`is STORE_UNAVAILABLE for everything until it is back (${mode}), and keeps what it confirmed`, async () => {
        const restarted = { isDone: false };
        const stored: string[] = [];
        const failures: unknown[] = [];
        const work = async () => {
          while (!restarted.isDone) {
            const event = anEvent();
            await store.events.insert([event]).then(
              () => void stored.push(event.id),
              (error: unknown) => void failures.push(error),
            );
            await store.deliveries.claim(aClaim()).catch((error: unknown) => void failures.push(error));
          }
        };
        const working = [work(), work(), work()];
        while (stored.length < 20) await sleep(1);
        await postgres.restart({ mode, downMs: 100 });
        const storedBefore = stored.length;
        while (stored.length < storedBefore + 20) await sleep(1);
        restarted.isDone = true;
        await Promise.all(working);
        expect(failures).to.not.be.empty;
        for (const failure of failures) await expectError('STORE_UNAVAILABLE', () => Promise.reject(failure));
        const found = await store.events.list({ limit: stored.length + failures.length });
        expect(found.map(({ id }) => id)).to.include.members(stored);
      });
    }
  });
});
