import { destroyed, restored, updated, type WayGroup } from '../way.js';
import { find } from './find.js';

export const PARANOID: WayGroup = {
  title: 'Paranoid models',
  intro: 'Ticket 3 is marked as deleted when each of these begins. For a paranoid model such a row is gone.',
  ways: [
    {
      title: '`instance.destroy()`',
      run: async ({ Ticket }) => (await find(Ticket, 1)).destroy(),
      expects: [destroyed('Ticket 1')],
    },
    {
      title: '`instance.destroy({ force: true })`',
      run: async ({ Ticket }) => (await find(Ticket, 1)).destroy({ force: true }),
      expects: [destroyed('Ticket 1')],
    },
    {
      title: '`instance.destroy({ force: true })` of a row that is marked as deleted',
      run: async ({ Ticket }) => (await find(Ticket, 3, { paranoid: false })).destroy({ force: true }),
      expects: [],
    },
    {
      title: '`instance.restore()`',
      run: async ({ Ticket }) => (await find(Ticket, 3, { paranoid: false })).restore(),
      expects: [restored('Ticket 3')],
    },
    {
      title: '`instance.restore()` of a row that is not deleted',
      run: async ({ Ticket }) => (await find(Ticket, 1)).restore(),
      expects: [],
    },
    {
      title: "`instance.setDataValue('deletedAt', date)`, `save()`",
      run: async ({ Ticket }) => {
        const row = await find(Ticket, 1);
        row.setDataValue('deletedAt', new Date(0));
        await row.save();
      },
      expects: [destroyed('Ticket 1')],
    },
    {
      title: '`Model.update({ deletedAt: date }, { where })`',
      run: ({ Ticket }) => Ticket.update({ deletedAt: new Date(0) }, { where: { id: 1 } }),
      expects: [destroyed('Ticket 1')],
    },
    {
      title: '`Model.update({ deletedAt: null }, { where, paranoid: false })`',
      run: ({ Ticket }) => Ticket.update({ deletedAt: null }, { where: { id: 3 }, paranoid: false }),
      expects: [restored('Ticket 3')],
    },
    {
      title: '`instance.update(values)` of a row that is marked as deleted',
      run: async ({ Ticket }) => (await find(Ticket, 3, { paranoid: false })).update({ title: 'x' }),
      expects: [],
    },
    {
      title: '`Model.destroy({ where })`',
      run: ({ Ticket }) => Ticket.destroy({ where: {} }),
      expects: [destroyed('Ticket 1'), destroyed('Ticket 2')],
    },
    {
      title: '`Model.destroy({ where, individualHooks: true })`',
      run: ({ Ticket }) => Ticket.destroy({ where: {}, individualHooks: true }),
      expects: [destroyed('Ticket 1'), destroyed('Ticket 2')],
    },
    {
      title: '`Model.destroy({ where, force: true })`',
      run: ({ Ticket }) => Ticket.destroy({ where: {}, force: true }),
      expects: [destroyed('Ticket 1'), destroyed('Ticket 2')],
    },
    {
      title: '`Model.destroy({ where, force: true, individualHooks: true })`',
      run: ({ Ticket }) => Ticket.destroy({ where: {}, force: true, individualHooks: true }),
      expects: [destroyed('Ticket 1'), destroyed('Ticket 2')],
    },
    {
      title: '`Model.restore({ where })`',
      run: ({ Ticket }) => Ticket.restore({ where: { id: [1, 3] } }),
      expects: [restored('Ticket 3')],
    },
    {
      title: '`Model.restore({ where, individualHooks: true })`',
      run: ({ Ticket }) => Ticket.restore({ where: { id: 3 }, individualHooks: true }),
      expects: [restored('Ticket 3')],
    },
    {
      title: '`Model.update(values, { where })`: rows marked as deleted are not found',
      run: ({ Ticket }) => Ticket.update({ title: 'x' }, { where: { id: [1, 3] } }),
      expects: [updated('Ticket 1', { title: ['one', 'x'] })],
    },
  ],
};
