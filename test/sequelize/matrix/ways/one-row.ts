import { col, fn, literal } from 'sequelize';
import { created, destroyed, updated, type WayGroup } from '../way.js';
import { find } from './find.js';

const CLOSED = { status: ['open', 'closed'] } as const;

export const ONE_ROW: WayGroup = {
  title: 'One row',
  ways: [
    {
      title: '`Model.create(values)`',
      run: ({ Conversation }) => Conversation.create({ subject: 'new' }),
      expects: [created('Conversation 4')],
    },
    {
      title: '`Model.build(values)`, `instance.save()`',
      run: ({ Conversation }) => Conversation.build({ subject: 'new', price: 2, dueAt: new Date(0) }).save(),
      expects: [created('Conversation 4')],
    },
    {
      title: '`instance.save()`, something changed',
      run: async ({ Conversation }) => {
        const row = await find(Conversation, 1);
        row.status = 'closed';
        await row.save();
      },
      expects: [updated('Conversation 1', CLOSED)],
    },
    {
      title: '`instance.save()`, nothing changed',
      run: async ({ Conversation }) => (await find(Conversation, 1)).save(),
      expects: [],
    },
    {
      title: '`instance.update(values)`',
      run: async ({ Conversation }) =>
        (await find(Conversation, 1)).update({ status: 'closed', dueAt: new Date(0) }),
      expects: [updated('Conversation 1', { ...CLOSED, dueAt: [null, '1970-01-01T00:00:00.000Z'] })],
    },
    {
      title: '`instance.update(values)`, the same values',
      run: async ({ Conversation }) => (await find(Conversation, 1)).update({ status: 'open', views: 5 }),
      expects: [],
    },
    {
      title: '`instance.update(values)`, there and back: two updates',
      run: async ({ Conversation }) => {
        const row = await find(Conversation, 1);
        await row.update({ status: 'closed' });
        await row.update({ status: 'open' });
      },
      expects: [updated('Conversation 1', CLOSED), updated('Conversation 1', { status: ['closed', 'open'] })],
    },
    {
      title: '`instance.set(values)`, `save({ fields })`',
      run: async ({ Conversation }) => {
        const row = await find(Conversation, 1);
        await row.set({ subject: 'not saved', status: 'closed' }).save({ fields: ['status'] });
      },
      expects: [updated('Conversation 1', CLOSED)],
    },
    {
      title: 'an attribute whose column has another name (`field`)',
      run: async ({ Conversation }) => (await find(Conversation, 1)).update({ assigneeName: 'Ann' }),
      expects: [updated('Conversation 1', { assigneeName: [null, 'Ann'] })],
    },
    {
      title: 'a DECIMAL set to a number',
      run: async ({ Conversation }) => (await find(Conversation, 1)).update({ price: 2.5 }),
      expects: [updated('Conversation 1', { price: ['1.50', '2.50'] })],
    },
    {
      title: 'a DECIMAL set to a number that it has',
      run: async ({ Conversation }) => (await find(Conversation, 1)).update({ price: 1.5 }),
      expects: [],
    },
    {
      title: '`instance.update({ views: literal(...), subject: fn(...) })`',
      run: async ({ Conversation }) =>
        (await find(Conversation, 1)).update({
          views: literal('views + 1'),
          subject: fn('upper', col('subject')),
        }),
      expects: [updated('Conversation 1', { subject: ['first', 'FIRST'], views: [5, 6] })],
    },
    {
      title: '`instance.save()` after a partial `findOne({ attributes })`',
      run: async ({ Conversation }) => {
        const row = await find(Conversation, 1, { attributes: ['id', 'status'] });
        await row.update({ status: 'closed' });
      },
      expects: [updated('Conversation 1', CLOSED)],
    },
    {
      title: '`instance.update(values)` of an attribute that was not read',
      run: async ({ Conversation }) => {
        const row = await find(Conversation, 1, { attributes: ['id'] });
        await row.update({ status: 'closed' });
      },
      expects: [updated('Conversation 1', CLOSED)],
    },
    {
      title: '`instance.destroy()`',
      run: async ({ Label }) => (await find(Label, 2)).destroy(),
      expects: [destroyed('Label 2')],
    },
    {
      title: '`instance.destroy()` after a partial `findOne({ attributes })`',
      run: async ({ Label }) => (await find(Label, 2, { attributes: ['id'] })).destroy(),
      expects: [destroyed('Label 2')],
    },
    {
      title: '`instance.update`, `destroy` of a model with two key columns',
      run: async ({ Member }) => {
        const [one, two] = await Member.findAll({ order: ['userId'] });
        await one?.update({ role: 'admin' });
        await two?.destroy();
      },
      expects: [updated('Member 1,1', { role: ['agent', 'admin'] }), destroyed('Member 1,2')],
    },
    {
      title: '`instance.increment(field)`, `instance.decrement(field)`',
      run: async ({ Conversation }) => {
        const row = await find(Conversation, 1);
        await row.increment('views', { by: 2 });
        await row.decrement('views');
      },
      expects: [updated('Conversation 1', { views: [5, 7] }), updated('Conversation 1', { views: [7, 6] })],
    },
  ],
};
