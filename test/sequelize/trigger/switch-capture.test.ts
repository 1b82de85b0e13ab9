import { setTimeout as wait } from 'node:timers/promises';
import { bindModel, installCapture, removeCapture } from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes, type ModelStatic, QueryTypes, type Sequelize, Transaction } from 'sequelize';
import { type Connection, connect } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';
import { type PulledHub, pulledHub, waiting } from './pulled-hub.js';

const TYPES = { created: 'row.created', updated: 'row.updated', destroyed: 'row.destroyed' } as const;
const { READ_COMMITTED, REPEATABLE_READ } = Transaction.ISOLATION_LEVELS;

describe('switching between hooks and triggers', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Conversation: ModelStatic<Conversation>;
  let world: PulledHub;

  beforeEach(async () => {
    connection = await connect({ pool: { max: 3, acquire: 5_000 } });
    sequelize = connection.sequelize;
    Conversation = await defineConversation(sequelize);
    world = await pulledHub(sequelize);
    bindModel(Conversation, world.hub, TYPES);
  });
  afterEach(async () => {
    await world.close();
    await connection.close();
  });

  const install = () => installCapture(sequelize, [Conversation]);
  const remove = () => removeCapture(sequelize, [Conversation]);
  const isWaiting = async (promise: Promise<unknown>) => {
    const pending = Symbol('pending');
    return (await Promise.race([promise, wait(100, pending)])) === pending;
  };

  for (const isolationLevel of [READ_COMMITTED, REPEATABLE_READ]) {
    describe(`with writers of ${isolationLevel}`, () => {
      const begin = async () => {
        const transaction = await sequelize.transaction({ isolationLevel });
        await sequelize.query('SELECT count(*) FROM "Conversations"', { transaction });
        return transaction;
      };

      it('waits for a transaction that has written, and leaves all of it to hooks', async () => {
        const transaction = await begin();
        const row = await Conversation.create({ subject: 'one' }, { transaction });
        const installing = install();
        expect(await isWaiting(installing)).to.equal(true);
        await row.update({ status: 'closed' }, { transaction });
        await transaction.commit();
        await installing;
        expect(await waiting(sequelize)).to.deep.equal([]);
        expect(await world.types()).to.deep.equal(['row.created', 'row.updated']);
      });

      it('leaves to triggers what a transaction writes that began before them', async () => {
        const transaction = await begin();
        await install();
        await Conversation.create({ subject: 'one' }, { transaction });
        await transaction.commit();
        expect(await world.types()).to.deep.equal([]);
        await world.pull();
        expect(await world.types()).to.deep.equal(['row.created']);
      });

      it('waits for a transaction that triggers have seen, and leaves all of it to them', async () => {
        await install();
        const transaction = await begin();
        const row = await Conversation.create({ subject: 'one' }, { transaction });
        const removing = remove();
        expect(await isWaiting(removing)).to.equal(true);
        await row.update({ status: 'closed' }, { transaction });
        await transaction.commit();
        await removing;
        expect(await world.types()).to.deep.equal([]);
        await world.pull();
        expect(await world.types()).to.deep.equal(['row.created', 'row.updated']);
      });
    });
  }

  it('leaves to hooks again what a transaction writes that read of the table before they were taken away', async () => {
    await install();
    const transaction = await sequelize.transaction({ isolationLevel: REPEATABLE_READ });
    await sequelize.query('SELECT 1 FROM hookline_webhooks', { transaction });
    await remove();
    await Conversation.create({ subject: 'one' }, { transaction });
    await transaction.commit();
    expect(await waiting(sequelize)).to.deep.equal([]);
    expect(await world.types()).to.deep.equal(['row.created']);
  });

  it('leaves a table to hooks that was made again, and so lost its triggers', async () => {
    await install();
    await Conversation.sync({ force: true });
    await Conversation.create({ subject: 'one' });
    expect(await waiting(sequelize)).to.deep.equal([]);
    expect(await world.types()).to.deep.equal(['row.created']);
  });

  it('makes one event of every change, while many write and triggers come and go', async () => {
    const until = Date.now() + 2_500;
    const writers = await Promise.all(
      [READ_COMMITTED, REPEATABLE_READ].map(async (isolationLevel) => {
        const own = connection.another({ pool: { max: 2 } });
        const its = await pulledHub(own);
        const attributes = { subject: DataTypes.STRING, status: DataTypes.STRING } as never;
        const Own = own.define<Conversation>('Conversation', attributes);
        bindModel(Own, its.hub, TYPES);
        return { own, its, Own, isolationLevel };
      }),
    );
    const written = writers.map(async ({ own, Own, isolationLevel }, n) => {
      for (let i = 0; Date.now() < until; i++) {
        await own.transaction({ isolationLevel }, async (transaction) => {
          const row = await Own.create({ subject: `${n}-${i}` }, { transaction });
          if (i % 3 === 0) await own.query('SELECT pg_sleep(0.004)', { transaction });
          await row.update({ status: 'closed' }, { transaction });
          if (i % 2 === 0) await Own.create({ subject: `${n}+${i}` }, { transaction });
        });
      }
    });
    const switches = (async () => {
      while (Date.now() < until - 300) {
        await wait(100);
        await install();
        await wait(100);
        await remove();
      }
    })();
    await Promise.all([...written, switches]);
    const byHooks = (await countsByRow(sequelize)).length;
    const byTrigger = await world.pull();
    expect(byHooks, 'seen by hooks').to.be.above(10);
    expect(byTrigger, 'seen by triggers').to.be.above(10);
    expect(
      (await countsByRow(sequelize)).filter(({ created, updated }) => created !== 1 || updated > 1),
    ).to.deep.equal([]);
    const [missed] = await sequelize.query(
      `SELECT count(*)::int AS rows FROM "Conversations" AS row WHERE (SELECT count(*) FROM hookline_events
      WHERE subject_id = row.id::text) <> CASE status WHEN 'closed' THEN 2 ELSE 1 END`,
      { type: QueryTypes.SELECT },
    );
    expect(missed).to.deep.equal({ rows: 0 });
    await Promise.all(writers.map(({ its }) => its.close()));
  });
});

interface Counts {
  readonly created: number;
  readonly updated: number;
}

function countsByRow(sequelize: Sequelize): Promise<readonly Counts[]> {
  return sequelize.query<Counts>(
    `SELECT subject_id, count(*) FILTER (WHERE type = 'row.created')::int AS created,
      count(*) FILTER (WHERE type = 'row.updated')::int AS updated FROM hookline_events GROUP BY subject_id`,
    { type: QueryTypes.SELECT },
  );
}
