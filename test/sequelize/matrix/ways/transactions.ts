import { inCls } from '../in-cls.js';
import { created, updated, type WayGroup } from '../way.js';
import type { World } from '../world.js';
import { find } from './find.js';

const NEW = { subject: 'new' };

/** Rolls back the managed transaction that it is thrown in. */
class RollBack extends Error {}

async function rolledBack(work: () => Promise<unknown>): Promise<void> {
  const undo = async () => {
    await work();
    throw new RollBack();
  };
  await undo().catch(passRollBack);
}

function passRollBack(error: unknown): void {
  if (!(error instanceof RollBack)) throw error;
}

function managed({ sequelize, Conversation }: World, end: () => void): Promise<unknown> {
  return sequelize
    .transaction(async (transaction) => {
      await Conversation.create(NEW, { transaction });
      await (await find(Conversation, 1, { transaction })).update({ status: 'closed' }, { transaction });
      await Conversation.update({ views: 6 }, { where: { id: 2 }, transaction });
      end();
    })
    .catch(passRollBack);
}

function nested({ sequelize, Conversation }: World, ends: { inner: () => void; outer: () => void }) {
  return sequelize
    .transaction(async (transaction) => {
      await Conversation.create(NEW, { transaction });
      await sequelize
        .transaction({ transaction }, async (savepoint) => {
          await Conversation.create({ subject: 'inner' }, { transaction: savepoint });
          await Conversation.update({ views: 6 }, { where: { id: 2 }, transaction: savepoint });
          ends.inner();
        })
        .catch(passRollBack);
      ends.outer();
    })
    .catch(passRollBack);
}

const commit = () => {};
const rollBack = () => {
  throw new RollBack();
};
const THREE = [
  updated('Conversation 1', { status: ['open', 'closed'] }),
  updated('Conversation 2', { views: [5, 6] }),
  created('Conversation 4'),
];

export const TRANSACTIONS: WayGroup = {
  title: 'Transactions',
  intro: 'In each of them a row is created, one saved and one updated by `Model.update`.',
  ways: [
    {
      title: 'managed (`sequelize.transaction(async (transaction) => ...)`), committed',
      run: (world) => managed(world, commit),
      expects: THREE,
    },
    { title: 'managed, rolled back', run: (world) => managed(world, rollBack), expects: [] },
    {
      title: 'unmanaged (`await sequelize.transaction()`), committed',
      run: async ({ sequelize, Conversation }) => {
        const transaction = await sequelize.transaction();
        await Conversation.create(NEW, { transaction });
        await transaction.commit();
      },
      expects: [created('Conversation 4')],
    },
    {
      title: 'unmanaged, rolled back',
      run: async ({ sequelize, Conversation }) => {
        const transaction = await sequelize.transaction();
        await Conversation.create(NEW, { transaction });
        await transaction.rollback();
      },
      expects: [],
    },
    {
      title: 'in the CLS, committed',
      run: ({ sequelize, Conversation }) =>
        inCls(() =>
          sequelize.transaction(async () => {
            await Conversation.create(NEW);
            await Conversation.update({ views: 6 }, { where: { id: 2 } });
          }),
        ),
      expects: [updated('Conversation 2', { views: [5, 6] }), created('Conversation 4')],
    },
    {
      title: 'in the CLS, rolled back',
      run: ({ sequelize, Conversation }) =>
        inCls(() =>
          rolledBack(() =>
            sequelize.transaction(async () => {
              await Conversation.create(NEW);
              await Conversation.update({ views: 6 }, { where: { id: 2 } });
              throw new RollBack();
            }),
          ),
        ),
      expects: [],
    },
    {
      title: 'a savepoint (`sequelize.transaction({ transaction })`), both kept',
      run: (world) => nested(world, { inner: commit, outer: commit }),
      expects: [
        updated('Conversation 2', { views: [5, 6] }),
        created('Conversation 4'),
        created('Conversation 5'),
      ],
    },
    {
      title: 'a savepoint rolled back, the transaction around it committed',
      run: (world) => nested(world, { inner: rollBack, outer: commit }),
      expects: [created('Conversation 4')],
    },
    {
      title: 'a savepoint kept, the transaction around it rolled back',
      run: (world) => nested(world, { inner: commit, outer: rollBack }),
      expects: [],
    },
    {
      title: 'COMMIT fails (a deferred constraint)',
      run: ({ sequelize, Message }) =>
        sequelize
          .transaction(async (transaction) => {
            await sequelize.query('SET CONSTRAINTS ALL DEFERRED', { transaction });
            await Message.create({ body: 'no such conversation', conversationId: 99 }, { transaction });
          })
          .catch(({ name }: Error) => {
            if (name !== 'SequelizeForeignKeyConstraintError') throw new Error(name);
          }),
      expects: [],
    },
    {
      title: 'no transaction, the write is refused (a constraint)',
      run: async ({ Label }) => {
        await Label.create({ name: 'bug' }).catch(() => {});
        await Label.bulkCreate([{ name: 'new' }, { name: 'bug' }]).catch(() => {});
        await Label.update({ name: 'bug' }, { where: {} }).catch(() => {});
      },
      expects: [],
    },
  ],
};
