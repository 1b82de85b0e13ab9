import { created, updated, type WayGroup } from '../way.js';

export const UPSERTS: WayGroup = {
  title: 'Upserts and finders that write',
  ways: [
    {
      title: '`Model.upsert(values)`, a new row',
      run: ({ Label }) => Label.upsert({ id: 7, name: 'new' }),
      expects: [created('Label 7')],
    },
    {
      title: '`Model.upsert(values)`, a known row',
      run: ({ Label }) => Label.upsert({ id: 1, name: 'bug', color: 'blue' }),
      expects: [updated('Label 1', { color: ['red', 'blue'] })],
    },
    {
      title: '`Model.upsert(values)`, a known row, the same values',
      run: ({ Label }) => Label.upsert({ id: 1, name: 'bug', color: 'red' }),
      expects: [],
    },
    {
      title: '`Model.upsert(values)`, a new row, without its key',
      run: ({ Label }) => Label.upsert({ name: 'new', color: 'blue' }),
      expects: [created('Label 3')],
    },
    {
      title: '`Model.upsert(values)`, a known row by a unique key',
      run: ({ Label }) => Label.upsert({ name: 'bug', color: 'blue' }),
      expects: [updated('Label 1', { color: ['red', 'blue'] })],
    },
    {
      title: '`Model.upsert(values)`, a model with two key columns',
      run: async ({ Member }) => {
        await Member.upsert({ teamId: 1, userId: 1, role: 'admin' });
        await Member.upsert({ teamId: 1, userId: 3, role: 'agent' });
      },
      expects: [updated('Member 1,1', { role: ['agent', 'admin'] }), created('Member 1,3')],
    },
    {
      title: '`Model.findOrCreate({ where })`, none there',
      run: ({ Label }) => Label.findOrCreate({ where: { name: 'new' } }),
      expects: [created('Label 3')],
    },
    {
      title: '`Model.findOrCreate({ where })`, found',
      run: ({ Label }) => Label.findOrCreate({ where: { name: 'bug' } }),
      expects: [],
    },
    {
      title: '`Model.findOrBuild({ where })`, `instance.save()`',
      run: async ({ Label }) => {
        const [row] = await Label.findOrBuild({ where: { name: 'new' } });
        await row.save();
      },
      expects: [created('Label 3')],
    },
    {
      title: '`Model.findCreateFind({ where })`, none there',
      run: ({ Label }) => Label.findCreateFind({ where: { name: 'new' } }),
      expects: [created('Label 3')],
    },
    {
      title: '`Model.findCreateFind({ where })`, found',
      run: ({ Label }) => Label.findCreateFind({ where: { name: 'bug' } }),
      expects: [],
    },
  ],
};
