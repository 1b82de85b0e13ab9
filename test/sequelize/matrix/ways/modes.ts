import { changed, installCapture } from '@hookline/sequelize';
import { created, destroyed, type Seen, summary, updated, type WayGroup } from '../way.js';
import type { World } from '../world.js';
import { find } from './find.js';

const SUMMARY = { bulk: 'summary', summary: 'conversation.summary', account: 'accountId' } as const;
const EACH_ROW = 'triggers tell of each row, whatever wrote it';
const CLOSED: readonly Seen[] = [
  updated('Conversation 1', { status: ['open', 'closed'] }),
  updated('Conversation 2', { status: ['waiting', 'closed'] }),
  updated('Conversation 3', { status: ['open', 'closed'] }),
];

const closeAll = ({ Conversation }: World, options = {}) =>
  Conversation.update({ status: 'closed' }, { where: {}, ...options });

/** Triggers have a cap of their own. */
async function closeAllOverCap(world: World): Promise<void> {
  const { capture, sequelize, Conversation: model } = world;
  if (capture === 'hooks') return void (await closeAll(world));
  await installCapture(sequelize, [{ model, account: 'accountId', bulkRowCap: 2 }]);
  await closeAll(world);
  await installCapture(sequelize, [model]);
}

const counted = (operation: string, count: number, attributes?: readonly string[]) => ({
  model: 'Conversation',
  operation,
  count,
  ...(attributes && { attributes }),
});
const CLOSED_IN_SHORT: readonly Seen[] = [
  summary('7', counted('updated', 2, ['status'])),
  summary('8', counted('updated', 1, ['status'])),
];

/** Rejects unless it is refused by this code. */
async function refused(work: Promise<unknown>, code: string): Promise<void> {
  const got = await work.then(
    () => 'done',
    (error: { readonly code?: string }) => error.code ?? String(error),
  );
  if (got !== `ERR_HOOKLINE_${code}`) throw new Error(`expected ${code}, got ${got}`);
}

async function saveThrice({ sequelize, Conversation }: World): Promise<void> {
  await sequelize.transaction(async (transaction) => {
    const row = await find(Conversation, 1, { transaction });
    await row.update({ status: 'waiting', views: 6 }, { transaction });
    await row.update({ status: 'closed', views: 5 }, { transaction });
    await Conversation.update({ subject: 'done' }, { where: { id: 1 }, transaction });
  });
}

export const BULK_MODES: WayGroup = {
  title: 'Many rows, in other modes',
  intro: 'Conversations 1 and 2 are of account 7, conversation 3 of account 8.',
  ways: [
    {
      title: "`bulk: 'summary'`: `Model.update(values, { where })`",
      binding: SUMMARY,
      run: closeAll,
      expects: CLOSED_IN_SHORT,
      trigger: { sees: CLOSED, reason: EACH_ROW },
    },
    {
      title: "`bulk: 'summary'`: `Model.bulkCreate(rows)`",
      binding: SUMMARY,
      run: ({ Conversation }) => Conversation.bulkCreate([{ subject: 'new', accountId: 7 }]),
      expects: [summary('7', counted('created', 1))],
      trigger: { sees: [created('Conversation 4')], reason: EACH_ROW },
    },
    {
      title: "`bulk: 'summary'`: `Model.destroy({ where })`",
      binding: SUMMARY,
      run: ({ Conversation }) => Conversation.destroy({ where: { id: [2, 3] } }),
      expects: [summary('7', counted('destroyed', 1)), summary('8', counted('destroyed', 1))],
      trigger: { sees: [destroyed('Conversation 2'), destroyed('Conversation 3')], reason: EACH_ROW },
    },
    {
      title: "`bulk: 'summary'`: `Model.update(values, { where, individualHooks: true })`",
      binding: SUMMARY,
      run: (world) => closeAll(world, { individualHooks: true }),
      expects: CLOSED,
    },
    {
      title: "`bulk: 'off'`: `Model.update(values, { where })`",
      binding: { bulk: 'off' },
      run: closeAll,
      expects: CLOSED,
      hooks: { reason: 'the binding says so' },
    },
    {
      title: "`bulk: 'off'`: `Model.update(values, { where, individualHooks: true })`",
      binding: { bulk: 'off' },
      run: (world) => closeAll(world, { individualHooks: true }),
      expects: CLOSED,
    },
    {
      title: 'more rows than `bulkRowCap`, with a `summary` event',
      binding: { bulkRowCap: 2, summary: 'conversation.summary', account: 'accountId' },
      run: closeAllOverCap,
      expects: CLOSED_IN_SHORT,
      trigger: {
        sees: [summary('7', counted('updated', 2)), summary('8', counted('updated', 1))],
        reason: 'which attributes a statement wrote, triggers do not know',
      },
    },
    {
      title: 'more rows than `bulkRowCap`, without one: BULK_TOO_LARGE',
      binding: { bulkRowCap: 2 },
      run: async (world) => {
        if (world.capture === 'trigger') return closeAllOverCap(world);
        await refused(closeAll(world), 'BULK_TOO_LARGE');
        if (await world.Conversation.count({ where: { status: 'closed' } })) throw new Error('rows written');
      },
      expects: [],
      trigger: { reason: 'triggers refuse nothing, the change waits until the binding names one' },
    },
  ],
};

export const RULES: WayGroup = {
  title: 'Rules of a binding',
  ways: [
    {
      title: '`coalesce: true`: three updates of a row in one transaction',
      binding: { coalesce: true },
      run: saveThrice,
      expects: [updated('Conversation 1', { status: ['open', 'closed'], subject: ['first', 'done'] })],
    },
    {
      title: '`coalesce: true`: created, updated and destroyed in one transaction',
      binding: { coalesce: true },
      run: ({ sequelize, Conversation }) =>
        sequelize.transaction(async (transaction) => {
          const row = await Conversation.create({ subject: 'new' }, { transaction });
          await row.update({ status: 'closed' }, { transaction });
          await row.destroy({ transaction });
        }),
      expects: [],
    },
    {
      title: "`when: { 'conversation.closed': changed('status', { to: 'closed' }) }`",
      binding: { when: { 'conversation.closed': changed('status', { to: 'closed' }) } },
      run: async ({ Conversation }) => {
        await (await find(Conversation, 1)).update({ status: 'closed' });
        await (await find(Conversation, 2)).update({ status: 'open' });
      },
      expects: [
        updated('Conversation 1', { status: ['open', 'closed'] }),
        { kind: 'closed', row: 'Conversation 1', changes: { status: ['open', 'closed'] } },
        updated('Conversation 2', { status: ['waiting', 'open'] }),
      ],
    },
    {
      title: "`ignore: ['views']`: an update of nothing else, one of more",
      binding: { ignore: ['views'] as never },
      run: async ({ Conversation }) => {
        await (await find(Conversation, 1)).update({ views: 6 });
        await Conversation.update({ views: 7, status: 'closed' }, { where: { id: 2 } });
      },
      expects: [updated('Conversation 2', { status: ['waiting', 'closed'] })],
    },
    {
      title: "`transaction: 'require'`, a write without one: TRANSACTION_REQUIRED",
      binding: { transaction: 'require' },
      run: async (world) => {
        const write = (await find(world.Conversation, 1)).update({ status: 'closed' });
        await (world.capture === 'hooks' ? refused(write, 'TRANSACTION_REQUIRED') : write);
      },
      expects: [],
      trigger: {
        sees: [updated('Conversation 1', { status: ['open', 'closed'] })],
        reason: 'the statement itself is the transaction',
      },
    },
  ],
};
