import { literal, type Model } from 'sequelize';
import { created, destroyed, type Seen, updated, type WayGroup } from '../way.js';

const VIEWS: readonly Seen[] = [
  updated('Conversation 1', { views: [5, 6] }),
  updated('Conversation 3', { views: [5, 6] }),
];
const CLOSED: readonly Seen[] = [
  updated('Conversation 1', { status: ['open', 'closed'] }),
  updated('Conversation 2', { status: ['waiting', 'closed'] }),
  updated('Conversation 3', { status: ['open', 'closed'] }),
];

export const MANY_ROWS: WayGroup = {
  title: 'Many rows',
  intro: "With `bulk: 'rows'`, the default.",
  ways: [
    {
      title: '`Model.bulkCreate(rows)`',
      run: ({ Conversation }) => Conversation.bulkCreate([{ subject: 'new' }, { subject: 'newer' }]),
      expects: [created('Conversation 4'), created('Conversation 5')],
    },
    {
      title: '`Model.bulkCreate(rows, { individualHooks: true })`',
      run: ({ Conversation }) =>
        Conversation.bulkCreate([{ subject: 'new' }, { subject: 'newer' }], { individualHooks: true }),
      expects: [created('Conversation 4'), created('Conversation 5')],
    },
    {
      title: '`Model.bulkCreate(rows, { updateOnDuplicate })`',
      run: ({ Label }) =>
        Label.bulkCreate(
          [
            { id: 1, name: 'bug', color: 'blue' },
            { id: 7, name: 'new', color: 'blue' },
          ],
          { updateOnDuplicate: ['color'] },
        ),
      expects: [updated('Label 1', { color: ['red', 'blue'] }), created('Label 7')],
    },
    {
      title: '`Model.bulkCreate(rows, { updateOnDuplicate })`, by a unique key',
      run: ({ Label }) =>
        Label.bulkCreate(
          [
            { name: 'bug', color: 'blue' },
            { name: 'idea', color: null },
            { name: 'new', color: 'blue' },
          ],
          { updateOnDuplicate: ['color'], conflictAttributes: ['name'] },
        ),
      expects: [updated('Label 1', { color: ['red', 'blue'] }), created('Label 5')],
    },
    {
      title: '`Model.bulkCreate(rows, { ignoreDuplicates: true })`',
      run: ({ Label }) => Label.bulkCreate([{ name: 'bug' }, { name: 'new' }], { ignoreDuplicates: true }),
      expects: [created('Label 4')],
    },
    {
      title: '`Model.bulkCreate(rows, { include })`',
      run: ({ Conversation, Message }) =>
        Conversation.bulkCreate([{ subject: 'new', Messages: [{ body: 'a' }, { body: 'b' }] }], {
          include: [Message],
        }),
      expects: [created('Conversation 4'), created('Message 4'), created('Message 5')],
    },
    {
      title: '`Model.update(values, { where })`',
      run: ({ Conversation }) => Conversation.update({ status: 'closed' }, { where: {} }),
      expects: CLOSED,
    },
    {
      title: '`Model.update(values, { where, returning: true })`',
      run: ({ Conversation }) => Conversation.update({ status: 'closed' }, { where: {}, returning: true }),
      expects: CLOSED,
    },
    {
      title: '`Model.update(values, { where })`, some have the values already',
      run: ({ Conversation }) => Conversation.update({ status: 'open' }, { where: {} }),
      expects: [updated('Conversation 2', { status: ['waiting', 'open'] })],
    },
    {
      title: '`Model.update(values, { where })` of the attribute in `where`',
      run: ({ Conversation }) => Conversation.update({ status: 'closed' }, { where: { status: 'waiting' } }),
      expects: [updated('Conversation 2', { status: ['waiting', 'closed'] })],
    },
    {
      title: '`Model.update(values, { where, individualHooks: true })`: each with its own changes',
      run: ({ Conversation }) =>
        Conversation.update({ status: 'closed' }, { where: {}, individualHooks: true }),
      expects: CLOSED,
    },
    {
      title: '`Model.update(...)`, `individualHooks`, a hook changes rows differently (sequelize#15031)',
      run: async ({ Conversation }) => {
        Conversation.addHook('beforeUpdate', 'by-row', (row: Model) => {
          row.set('status', `closed ${row.get('id')}`);
        });
        try {
          await Conversation.update({ status: 'closed' }, { where: { id: [1, 2] }, individualHooks: true });
        } finally {
          Conversation.removeHook('beforeUpdate', 'by-row');
        }
      },
      expects: [
        updated('Conversation 1', { status: ['open', 'closed 1'] }),
        updated('Conversation 2', { status: ['waiting', 'closed 2'] }),
      ],
    },
    {
      title: '`Model.update(values, { where, limit })`: Postgres knows no limit here',
      run: ({ Conversation }) => Conversation.update({ status: 'closed' }, { where: {}, limit: 1 }),
      expects: CLOSED,
    },
    {
      title: '`Model.update({ views: literal(...) }, { where })`',
      run: ({ Conversation }) =>
        Conversation.update({ views: literal('views + 1') }, { where: { status: 'open' } }),
      expects: VIEWS,
    },
    {
      title: '`Model.increment(fields, { where })`',
      run: ({ Conversation }) => Conversation.increment('views', { where: { status: 'open' } }),
      expects: VIEWS,
    },
    {
      title: '`Model.decrement(fields, { where, by })`',
      run: ({ Conversation }) => Conversation.decrement('views', { where: { status: 'open' }, by: -1 }),
      expects: VIEWS,
    },
    {
      title: '`Model.destroy({ where })`',
      run: ({ Label }) => Label.destroy({ where: { name: 'idea' } }),
      expects: [destroyed('Label 2')],
    },
    {
      title: '`Model.destroy({ where, limit })`',
      run: ({ Member }) => Member.destroy({ where: { userId: 2 }, limit: 1 }),
      expects: [destroyed('Member 1,2')],
    },
    {
      title: '`Model.destroy({ where, individualHooks: true })`',
      run: ({ Member }) => Member.destroy({ where: { teamId: 1 }, individualHooks: true }),
      expects: [destroyed('Member 1,1'), destroyed('Member 1,2')],
    },
    {
      title: '`Model.truncate()`, `Model.destroy({ truncate: true })`',
      run: ({ Member }) => Member.truncate(),
      expects: [destroyed('Member 1,1'), destroyed('Member 1,2')],
    },
    {
      title: '`Model.truncate({ cascade: true })`',
      run: ({ Label }) => Label.truncate({ cascade: true }),
      expects: [destroyed('ConversationLabel 1,1'), destroyed('Label 1'), destroyed('Label 2')],
      hooks: {
        sees: [destroyed('Label 1'), destroyed('Label 2')],
        reason: 'of the tables that go with it Sequelize knows nothing',
      },
    },
  ],
};
