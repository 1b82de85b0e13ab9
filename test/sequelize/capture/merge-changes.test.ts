import type { Changes } from '@hookline/core';
import { expect } from 'chai';
import { DataTypes, type Model, Sequelize } from 'sequelize';
import { changeOf, merge, netOf } from '../../../packages/sequelize/src/capture/merge-changes.js';
import type { RowChange } from '../../../packages/sequelize/src/capture/row-change.js';

describe('what changes of one row come to', () => {
  const sequelize = new Sequelize('postgres://127.0.0.1:1/none', { logging: false });
  const Thing = sequelize.define(
    'Thing',
    { name: DataTypes.STRING, deletedAt: DataTypes.DATE },
    { paranoid: true, timestamps: true },
  );
  after(() => sequelize.close());

  const row = (values: object = {}) => Thing.build({ id: 1, name: 'a', deletedAt: null, ...values });
  const made = (kind: RowChange['kind'], changes: Changes = {}, of: Model = row()): RowChange => ({
    kind,
    row: of,
    changes,
  });
  const renamed = (previous: string, current: string) => made('updated', { name: { previous, current } });
  const marked = new Date(0);
  const restored = made('restored', { deletedAt: { previous: marked, current: null } });
  const created = made('created');
  const destroyed = made('destroyed');

  const comesTo = (...changes: readonly RowChange[]) => {
    const nets = changes.map(netOf);
    const fromLeft = nets.reduce((one, next) => merge(Thing, one, next));
    const fromRight = nets.reduceRight((next, one) => merge(Thing, one, next));
    const [left, right] = [changeOf(fromLeft), changeOf(fromRight)];
    expect(left?.kind).to.equal(right?.kind);
    expect(left?.changes).to.deep.equal(right?.changes);
    if (left !== null) expect(left.row).to.equal(changes.at(-1)?.row);
    return left && { kind: left.kind, changes: left.changes };
  };

  it('is a creation while the row is new', () => {
    expect(comesTo(created, renamed('a', 'b'), renamed('b', 'c'))).to.deep.equal({
      kind: 'created',
      changes: {},
    });
    expect(comesTo(created, destroyed, restored)).to.deep.equal({ kind: 'created', changes: {} });
  });

  it('is nothing where the row came and went, or went and came', () => {
    expect(comesTo(created, renamed('a', 'b'), destroyed)).to.equal(null);
    expect(comesTo(restored, destroyed)).to.equal(null);
    expect(comesTo(destroyed, restored)).to.equal(null);
  });

  it('is one update from what it was at first to what it is at last', () => {
    const size = made('updated', { size: { previous: 1, current: 2 } });
    expect(comesTo(renamed('a', 'b'), size, renamed('b', 'c'))).to.deep.equal({
      kind: 'updated',
      changes: { name: { previous: 'a', current: 'c' }, size: { previous: 1, current: 2 } },
    });
  });

  it('leaves out what is again what it was', () => {
    expect(comesTo(renamed('a', 'b'), renamed('b', 'a'))).to.equal(null);
    const meta = (previous: object, current: object) => made('updated', { meta: { previous, current } });
    expect(comesTo(meta({ a: 1 }, { a: 2 }), meta({ a: 2 }, { a: 1 }))).to.equal(null);
  });

  it('is an end where the row is gone at last', () => {
    expect(comesTo(renamed('a', 'b'), destroyed)).to.deep.equal({ kind: 'destroyed', changes: {} });
    expect(comesTo(destroyed, restored, destroyed)).to.deep.equal({ kind: 'destroyed', changes: {} });
  });

  it('is an update where the row went and came back otherwise', () => {
    const changes = { name: { previous: 'a', current: 'c' } };
    expect(comesTo(renamed('a', 'b'), destroyed, restored, renamed('b', 'c'))).to.deep.equal({
      kind: 'updated',
      changes,
    });
  });

  it('is a return, with what was changed since', () => {
    expect(comesTo(restored, renamed('a', 'b'))).to.deep.equal({
      kind: 'restored',
      changes: { deletedAt: { previous: marked, current: null }, name: { previous: 'a', current: 'b' } },
    });
  });

  it('is an update where another row came in its place', () => {
    const other = made('created', {}, row({ name: 'b' }));
    const again = made('updated', { name: { previous: 'b', current: 'c' } }, row({ name: 'c' }));
    const changes = { name: { previous: 'a', current: 'b' } };
    expect(comesTo(destroyed, other)).to.deep.equal({ kind: 'updated', changes });
    expect(comesTo(destroyed, created)).to.equal(null);
    expect(comesTo(destroyed, other, again)).to.deep.equal({
      kind: 'updated',
      changes: { name: { previous: 'a', current: 'c' } },
    });
  });
});
