import type { Store } from '@hookline/core';
import { migrate, migrations, sequelizeStore, type TableOptions } from '@hookline/sequelize';
import { expect } from 'chai';
import { QueryTypes, type Sequelize } from 'sequelize';
import { aFanOut, anEvent, aWebhook } from '../contracts/store-records.js';
import { type Connection, connect } from './connect.js';

describe('the version of the webhooks in Postgres', () => {
  let connection: Connection;
  let sequelize: Sequelize;

  before(async () => {
    connection = await connect();
    sequelize = connection.sequelize;
  });
  after(() => connection.close());

  const versionOf = async (store: Store) => (await store.webhooks.ofAccounts([])).version;

  for (const [name, options] of [
    ['by default', {}],
    ['in a schema and with a prefix of its own', { schema: 'Hooks', prefix: 'X_' }],
  ] as const satisfies readonly (readonly [string, TableOptions])[]) {
    describe(name, () => {
      const table = 'schema' in options ? '"Hooks"."X_webhooks"' : 'hookline_webhooks';
      let store: Store;

      before(async () => {
        await migrate(sequelize, options);
        store = sequelizeStore(sequelize, options);
      });
      beforeEach(() => store.webhooks.insert(aWebhook()));

      for (const sql of [
        `UPDATE ${table} SET active = NOT active`,
        `INSERT INTO ${table} (id, url, subscriptions, active, secrets, created_at, updated_at) SELECT id || 'x', url, subscriptions, active, secrets, created_at, updated_at FROM ${table} LIMIT 1`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table}`,
      ]) {
        it(`changes with ${sql.split(' ')[0]}, whoever does it`, async () => {
          const before = await versionOf(store);
          await sequelize.query(sql);
          expect(await versionOf(store)).to.not.equal(before);
        });
      }

      it('stays where the change is undone', async () => {
        const before = await versionOf(store);
        const transaction = await sequelize.transaction();
        await sequelize.query(`DELETE FROM ${table}`, { transaction });
        expect(await versionOf(store), 'while it is not committed').to.equal(before);
        await transaction.rollback();
        expect(await versionOf(store)).to.equal(before);
      });

      it('changes for a writer that looks for tables elsewhere', async () => {
        const qualified = 'schema' in options ? table : `public.${table}`;
        const before = await versionOf(store);
        await sequelize.transaction(async (transaction) => {
          await sequelize.query('SET LOCAL search_path = pg_catalog', { transaction });
          await sequelize.query(`UPDATE ${qualified} SET active = false`, { transaction });
        });
        expect(await versionOf(store)).to.not.equal(before);
      });

      it('never comes again, also where its own table was emptied', async () => {
        const seen = [await versionOf(store)];
        await sequelize.query(`TRUNCATE ${table.replace('webhooks', 'webhook_version')}`);
        seen.push(await versionOf(store));
        for (let i = 0; i < 3; i++) {
          await store.webhooks.insert(aWebhook());
          seen.push(await versionOf(store));
        }
        expect(new Set(seen).size).to.equal(seen.length);
      });
    });
  }

  it('is the one that a fan-out has to know', async () => {
    await migrate(sequelize);
    const store = sequelizeStore(sequelize);
    const event = anEvent();
    await store.events.insert([event]);
    const webhookVersion = await versionOf(store);
    const fanOut = aFanOut({ eventIds: [event.id], webhookVersion });
    await sequelize.query(`UPDATE hookline_webhooks SET description = 'by hand'`);
    await store.webhooks.insert(aWebhook());
    expect(await store.events.settle(fanOut)).to.deep.equal({ kind: 'stale' });
  });

  it('leaves nothing behind when the tables go', async () => {
    const options = { schema: 'gone', prefix: 'g_' };
    await migrate(sequelize, options);
    const functions = () =>
      sequelize.query(
        `SELECT FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'gone'`,
        {
          type: QueryTypes.SELECT,
        },
      );
    expect(await functions()).to.not.be.empty;
    for (const { down } of migrations(options).toReversed()) await down({ context: sequelize });
    expect(await functions()).to.deep.equal([]);
  });
});
