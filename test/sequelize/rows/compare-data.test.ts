import { expect } from 'chai';
import { DataTypes, type Model, Sequelize } from 'sequelize';
import { planBinding } from '../../../packages/sequelize/src/binding/binding-plan.js';
import { compareData } from '../../../packages/sequelize/src/rows/compare-data.js';
import { RecordingHub } from '../recording-hub.js';

describe('what an event said of a row, and what one would say now', () => {
  const sequelize = new Sequelize({ dialect: 'postgres' });
  const Order = sequelize.define('Order', {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    status: DataTypes.STRING,
    price: DataTypes.DECIMAL,
    views: DataTypes.INTEGER,
    token: DataTypes.STRING,
  });
  const row = Order.build({ id: 1, status: 'paid', price: '1.50' } as never);
  const compare = (before: unknown, now: unknown, binding: object = {}, of: Model = row) => {
    const plan = planBinding(Order, new RecordingHub(), { updated: 'order.updated', ...binding } as never);
    return compareData(plan, of, before, now);
  };
  const order = (values: object) => ({ order: { id: 1, status: 'paid', ...values } });

  it('is the same where it is', () => {
    expect(compare(order({ price: '1.50' }), order({ price: '1.50' }))).to.deep.equal({
      isSame: true,
      changes: {},
    });
  });

  it('differs by what changed, and says so', () => {
    const { isSame, changes } = compare(order({ status: 'open' }), order({}));
    expect(isSame).to.equal(false);
    expect(changes).to.deep.equal({ status: { previous: 'open', current: 'paid' } });
  });

  it('does not differ by how a number is written', () => {
    expect(compare(order({ price: 1.5 }), order({ price: '1.50' })).isSame).to.equal(true);
    expect(compare(order({ price: 1.5 }), order({ price: '1.51' })).isSame).to.equal(false);
    expect(compare(order({ status: '' }), order({ status: 0 })).isSame).to.equal(false);
  });

  it('does not differ by what makes no event: times, and what is ignored', () => {
    const ignoring = { ignore: ['views'] };
    const before = order({ updatedAt: '2026-01-01T00:00:00.000Z', views: 1 });
    const now = order({ updatedAt: '2026-01-02T00:00:00.000Z', views: 2 });
    expect(compare(before, now, ignoring).isSame).to.equal(true);
    expect(compare(before, now).isSame).to.equal(false);
  });

  it('does not differ by an attribute that the model did not have then, or has no more', () => {
    expect(compare(order({ token: 'x' }), order({ views: 1 })).isSame).to.equal(true);
  });

  it('differs by anything else that the data has', () => {
    expect(compare({ ...order({}), total: 1 }, { ...order({}), total: 2 }).isSame).to.equal(false);
    expect(compare(order({ label: 'a' }), order({ label: 'b' }))).to.deep.equal({
      isSame: false,
      changes: {},
    });
    expect(compare({ id: 1, tags: ['a'] }, { id: 1, tags: ['a', 'b'] }).isSame).to.equal(false);
    expect(compare({ id: 1, tags: ['a'] }, { tags: ['a'], id: 1 }).isSame).to.equal(true);
  });

  it('has no changes of what the data shows in another form', () => {
    expect(compare(order({ status: 'Open' }), order({ status: 'Paid' }))).to.deep.equal({
      isSame: false,
      changes: {},
    });
  });
});
