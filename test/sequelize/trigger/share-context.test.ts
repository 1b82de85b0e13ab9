import { withContext } from '@hookline/core';
import { bindModel, installCapture, shareContext } from '@hookline/sequelize';
import { expect } from 'chai';
import type { ModelStatic, Sequelize, Transaction } from 'sequelize';
import { spy } from 'sinon';
import { type Connection, connect } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';
import { type PulledHub, pulledHub, waiting } from './pulled-hub.js';

const ANNA = { type: 'user', id: 7 } as const;
const BEN = { type: 'user', id: 8 } as const;

describe('context of what triggers see', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Conversation: ModelStatic<Conversation>;
  let world: PulledHub;

  beforeEach(async () => {
    connection = await connect({ pool: { max: 1, acquire: 3_000 } });
    sequelize = connection.sequelize;
    Conversation = await defineConversation(sequelize);
    world = await pulledHub(sequelize);
    bind();
    await installCapture(sequelize, [Conversation]);
  });
  afterEach(async () => {
    await world.close();
    await connection.close();
  });

  const bind = (more = {}) =>
    bindModel(Conversation, world.hub, {
      created: 'row.created',
      updated: 'row.updated',
      capture: 'trigger',
      ...more,
    });
  const insert = (transaction: Transaction | null) =>
    sequelize.query(
      `INSERT INTO "Conversations" (subject, "createdAt", "updatedAt") VALUES ('raw', now(), now())`,
      {
        transaction,
      },
    );
  const actors = async () => {
    await world.pull();
    return (await world.events()).map(({ actor }) => actor?.id ?? null);
  };

  it('is that of the request: actor, account, request and what it follows from', async () => {
    const context = {
      ...{ actor: ANNA, account: 42, requestId: 'req_1' },
      ...{ causationId: 'evt_0', correlationId: 'evt_00', depth: 3 },
    };
    await withContext(context, () => Conversation.create({ subject: 'one' }));
    await world.pull();
    const [event] = await world.events();
    expect(event).to.deep.include({ actor: ANNA, accountId: 42, requestId: 'req_1' });
    expect(event).to.deep.include({ causationId: 'evt_0', correlationId: 'evt_00', depth: 3 });
  });

  it('is of one write, and not of the next one on the same connection', async () => {
    await withContext({ actor: ANNA }, () => Conversation.create({ subject: 'one' }));
    await Conversation.create({ subject: 'two' });
    await insert(null);
    await sequelize.transaction((transaction) => insert(transaction));
    expect(await actors()).to.deep.equal([7, null, null, null]);
  });

  it('is that around each write where a transaction has several', async () => {
    await sequelize.transaction(async (transaction) => {
      const create = () => Conversation.create({ subject: 'one' }, { transaction });
      await withContext({ actor: ANNA }, create);
      await withContext({ actor: BEN }, create);
      await create();
    });
    expect(await actors()).to.deep.equal([7, 8, null]);
  });

  it('is that around each of the writes that a transaction is given at once', async () => {
    await sequelize.transaction(async (transaction) => {
      const createAs = (id: number) =>
        withContext({ actor: { type: 'user', id } }, () =>
          Conversation.create({ subject: `by ${id}` }, { transaction }),
        );
      await Promise.all([1, 2, 3, 4].map(createAs));
    });
    expect(await actors()).to.deep.equal([1, 2, 3, 4]);
  });

  it('is that of each write where a savepoint and what is around it take turns', async () => {
    await sequelize.transaction(async (transaction) => {
      const savepoint = await sequelize.transaction({ transaction });
      const create = (within: Transaction) =>
        Conversation.create({ subject: 'one' }, { transaction: within });
      await withContext({ actor: BEN }, () => create(savepoint));
      await withContext({ actor: ANNA }, () => create(transaction));
      await withContext({ actor: BEN }, () => create(savepoint));
      await savepoint.commit();
    });
    expect(await actors()).to.deep.equal([8, 7, 8]);
  });

  it('is known after a savepoint, whether that was kept or rolled back', async () => {
    for (const isKept of [true, false]) {
      await sequelize.transaction(async (transaction) => {
        const create = (within: Transaction) =>
          Conversation.create({ subject: 'one' }, { transaction: within });
        await withContext({ actor: ANNA }, () => create(transaction));
        const savepoint = await sequelize.transaction({ transaction });
        await withContext({ actor: BEN }, () => create(savepoint));
        await (isKept ? savepoint.commit() : savepoint.rollback());
        await create(transaction);
        await withContext({ actor: ANNA }, () => create(transaction));
      });
    }
    expect(await actors()).to.deep.equal([...[7, 8, null, 7], ...[7, null, 7]]);
  });

  it('reaches raw SQL where it is shared by hand', async () => {
    await withContext({ actor: ANNA }, () =>
      sequelize.transaction(async (transaction) => {
        await shareContext(transaction);
        await insert(transaction);
      }),
    );
    await sequelize.transaction((transaction) => insert(transaction));
    expect(await actors()).to.deep.equal([7, null]);
  });

  it('is sent once per transaction, and opens none where there is no context', async () => {
    const query = spy(sequelize, 'query');
    const sent = (text: string) => query.args.filter(([sql]) => String(sql).includes(text)).length;
    await Conversation.create({ subject: 'one' });
    expect([sent('START TRANSACTION'), sent('set_config')]).to.deep.equal([0, 0]);
    await withContext({ actor: ANNA }, () =>
      sequelize.transaction(async (transaction) => {
        await Conversation.create({ subject: 'one' }, { transaction });
        await Conversation.update({ status: 'x' }, { where: {}, transaction });
      }),
    );
    expect([sent('START TRANSACTION'), sent('set_config')]).to.deep.equal([1, 1]);
    expect(await actors()).to.deep.equal([null, 7, 7, 7]);
  });

  it('opens no transaction for it where the binding says so', async () => {
    bind({ transaction: 'off' });
    await withContext({ actor: ANNA }, () => Conversation.create({ subject: 'one' }));
    expect(await actors()).to.deep.equal([null]);
  });

  for (const text of ['no JSON', '[]', '7', '{"actor": "me"}', '{"depth": -1}', '{"unknown": 1}']) {
    it(`is none where somebody has set ${text}`, async () => {
      await sequelize.transaction(async (transaction) => {
        await sequelize.query(`SET LOCAL hookline.context = '${text}'`, { transaction });
        await insert(transaction);
      });
      expect(await actors()).to.deep.equal([null]);
      expect(await waiting(sequelize)).to.deep.equal([]);
    });
  }

  it('is not that of whoever pulls', async () => {
    await insert(null);
    await withContext({ actor: BEN, account: 9 }, () => world.pull());
    const [event] = await world.events();
    expect(event).to.deep.include({ accountId: null }).and.not.have.property('actor');
  });
});
