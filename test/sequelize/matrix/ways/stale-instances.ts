import { created, updated, type WayGroup } from '../way.js';
import type { World } from '../world.js';
import { find } from './find.js';

const meanwhile = ({ elsewhere, capture }: World, sql: string) =>
  // Where triggers see what others write, this is not what the way is about.
  elsewhere.query(capture === 'trigger' ? `SET LOCAL session_replication_role = replica; ${sql}` : sql);

export const STALE_INSTANCES: WayGroup = {
  title: 'Instances that do not know their row',
  intro:
    'Another program changed or deleted the row after it was read here, or Sequelize is told not to read it.',
  ways: [
    {
      title: '`instance.update(values)` of a row that was changed meanwhile',
      run: async (world) => {
        const row = await find(world.Conversation, 1);
        await meanwhile(world, `UPDATE "Conversations" SET status = 'waiting', views = 9 WHERE id = 1`);
        await row.update({ status: 'closed' });
      },
      expects: [updated('Conversation 1', { status: ['waiting', 'closed'] })],
    },
    {
      title: '`instance.update(values)` of a row that is gone',
      run: async (world) => {
        const row = await find(world.Label, 2);
        await meanwhile(world, `DELETE FROM "Labels" WHERE id = 2`);
        await row.update({ color: 'blue' });
      },
      expects: [],
    },
    {
      title: '`instance.destroy()` of a row that is gone',
      run: async (world) => {
        const row = await find(world.Label, 2);
        await meanwhile(world, `DELETE FROM "Labels" WHERE id = 2`);
        await row.destroy();
      },
      expects: [],
    },
    {
      title: '`Model.create(values, { ignoreDuplicates: true })`, there already: Sequelize throws',
      run: ({ Label }) =>
        Label.create({ name: 'bug' }, { ignoreDuplicates: true }).catch(({ name }: Error) => {
          if (name !== 'SequelizeEmptyResultError') throw new Error(name);
        }),
      expects: [],
    },
    {
      title: '`Model.create(values, { returning: false })`',
      run: ({ Label }) => Label.create({ name: 'new' }, { returning: false }),
      expects: [created('Label 3')],
    },
  ],
};
