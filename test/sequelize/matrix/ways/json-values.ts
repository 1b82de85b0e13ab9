import { updated, type WayGroup } from '../way.js';
import { find } from './find.js';

export const JSON_VALUES: WayGroup = {
  title: 'JSON',
  ways: [
    {
      title: 'changed in place, `instance.save()`: Sequelize writes nothing',
      run: async ({ Conversation }) => {
        const row = await find(Conversation, 1);
        row.meta.a = 1;
        await row.save();
      },
      expects: [],
    },
    {
      title: "changed in place, `instance.changed('meta', true)`, `save()`",
      run: async ({ Conversation }) => {
        const row = await find(Conversation, 1);
        row.meta.a = 1;
        row.changed('meta', true);
        await row.save();
      },
      expects: [updated('Conversation 1', { meta: [{ a: 0 }, { a: 1 }] })],
    },
    {
      title: "`instance.changed('meta', true)`, `save()`, nothing changed",
      run: async ({ Conversation }) => {
        const row = await find(Conversation, 1);
        row.changed('meta', true);
        await row.save();
      },
      expects: [],
    },
    {
      title: "`instance.set('meta.a', value)`, `save()`",
      run: async ({ Conversation }) => {
        const row = await find(Conversation, 1);
        row.set('meta.a', 1);
        await row.save();
      },
      expects: [updated('Conversation 1', { meta: [{ a: 0 }, { a: 1 }] })],
    },
    {
      title: '`instance.update({ meta: newObject })`',
      run: async ({ Conversation }) => (await find(Conversation, 1)).update({ meta: { b: [1] } }),
      expects: [updated('Conversation 1', { meta: [{ a: 0 }, { b: [1] }] })],
    },
    {
      title: '`instance.update({ meta: anEqualObject })`',
      run: async ({ Conversation }) => (await find(Conversation, 1)).update({ meta: { a: 0 } }),
      expects: [],
    },
    {
      title: "`Model.update({ 'meta.a': value }, { where })`",
      run: ({ Conversation }) => Conversation.update({ 'meta.a': 1 }, { where: { id: 1 } }),
      expects: [updated('Conversation 1', { meta: [{ a: 0 }, { a: 1 }] })],
    },
  ],
};
