import { created, destroyed, updated, type WayGroup } from '../way.js';
import { find } from './find.js';

const SILENT = { reason: '`hooks: false` says so' };
const CLOSED = updated('Conversation 1', { status: ['open', 'closed'] });

export const SPECIAL_CASES: WayGroup = {
  title: 'Scopes, keys, switched-off hooks',
  ways: [
    {
      title: "`Model.scope('open').update(values, { where: {} })`",
      run: ({ Conversation }) => Conversation.scope('open').update({ views: 6 }, { where: {} }),
      expects: [updated('Conversation 1', { views: [5, 6] }), updated('Conversation 3', { views: [5, 6] })],
    },
    {
      title: "`Model.scope('open').create(values)`",
      run: ({ Conversation }) => Conversation.scope('open').create({ subject: 'new' }),
      expects: [created('Conversation 4')],
    },
    {
      title: "an instance of `Model.scope('open').findOne()`, `update`",
      run: async ({ Conversation }) =>
        (await find(Conversation.scope('open'), 1)).update({ status: 'closed' }),
      expects: [CLOSED],
    },
    {
      title: "`Model.scope('open').destroy({ where })`",
      run: ({ Conversation }) => Conversation.scope('open').destroy({ where: { id: [2, 3] } }),
      expects: [destroyed('Conversation 3')],
    },
    {
      title: '`Model.update({ id }, { where })`: another primary key',
      run: ({ Conversation }) => Conversation.update({ id: 9 }, { where: { id: 3 } }),
      expects: [destroyed('Conversation 3'), created('Conversation 9')],
    },
    {
      title: '`instance.update(values, { silent: true })`',
      run: async ({ Conversation }) =>
        (await find(Conversation, 1)).update({ status: 'closed' }, { silent: true }),
      expects: [CLOSED],
    },
    {
      title: "`instance.changed('updatedAt', true)`, `save()`: nothing but the time stamp",
      run: async ({ Conversation }) => {
        const row = await find(Conversation, 1);
        row.changed('updatedAt', true);
        await row.save();
      },
      expects: [],
    },
    {
      title: '`Model.create(values, { hooks: false })`',
      run: ({ Conversation }) => Conversation.create({ subject: 'new' }, { hooks: false }),
      expects: [created('Conversation 4')],
      hooks: SILENT,
    },
    {
      title: '`instance.update(values, { hooks: false })`',
      run: async ({ Conversation }) =>
        (await find(Conversation, 1)).update({ status: 'closed' }, { hooks: false }),
      expects: [CLOSED],
      hooks: SILENT,
    },
    {
      title: '`Model.update(values, { where, hooks: false })`',
      run: ({ Conversation }) =>
        Conversation.update({ status: 'closed' }, { where: { id: 1 }, hooks: false }),
      expects: [CLOSED],
      hooks: SILENT,
    },
    {
      title: '`Model.destroy({ where, hooks: false })`',
      run: ({ Label }) => Label.destroy({ where: { id: 2 }, hooks: false }),
      expects: [destroyed('Label 2')],
      hooks: SILENT,
    },
  ],
};
