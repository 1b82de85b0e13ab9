import { changed } from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes, type Model, type ModelAttributes, type ModelOptions, Sequelize } from 'sequelize';
import { tracedAttributes } from '../../../packages/sequelize/src/binding/changes.js';
import { camelCase } from '../../../packages/sequelize/src/binding/model-data.js';

const instance = {} as Model;

describe('changed', () => {
  const changes = {
    status: { previous: 'open', current: 'closed' },
    meta: { previous: { a: 1 }, current: null },
  };

  it('holds where the attribute changed', () => {
    expect(changed('status')(changes, instance)).to.equal(true);
    expect(changed('subject')(changes, instance)).to.equal(false);
  });

  it('holds from and to a value where they are given, compared deeply', () => {
    expect(changed('status', { from: 'open', to: 'closed' })(changes, instance)).to.equal(true);
    expect(changed('status', { from: 'closed' })(changes, instance)).to.equal(false);
    expect(changed('status', { to: 'open' })(changes, instance)).to.equal(false);
    expect(changed('meta', { from: { a: 1 }, to: null })(changes, instance)).to.equal(true);
    expect(changed('meta', { to: undefined })(changes, instance)).to.equal(false);
  });
});

describe('tracedAttributes', () => {
  const sequelize = new Sequelize('postgres://127.0.0.1:1/none', { logging: false });
  const traced = (attributes: ModelAttributes, options: ModelOptions = {}) => [
    ...tracedAttributes(sequelize.define('Thing', attributes, options)),
  ];

  after(() => sequelize.close());

  it('leaves out what Sequelize keeps by itself', () => {
    expect(traced({ name: DataTypes.STRING }, { version: true, paranoid: true })).to.deep.equal([
      'id',
      'name',
      'deletedAt',
    ]);
  });

  it('knows it by another name', () => {
    const options = { createdAt: 'made', updatedAt: 'touched', version: 'revision', underscored: true };
    expect(traced({ name: DataTypes.STRING }, options)).to.deep.equal(['id', 'name']);
  });

  it("takes the app's own columns of such names for what they are", () => {
    const attributes = { updatedAt: DataTypes.DATE, version: DataTypes.INTEGER };
    expect(traced(attributes, { timestamps: false })).to.deep.equal(['id', 'updatedAt', 'version']);
  });

  it('leaves out what has no column', () => {
    expect(traced({ loud: DataTypes.VIRTUAL }, { timestamps: false })).to.deep.equal(['id']);
  });
});

describe('camelCase', () => {
  const names = {
    Conversation: 'conversation',
    ConversationLabel: 'conversationLabel',
    HTTPRequest: 'httpRequest',
    API: 'api',
    audit_entries: 'auditEntries',
    'line-item': 'lineItem',
    user: 'user',
  };
  for (const [name, expected] of Object.entries(names)) {
    it(`makes ${expected} of ${name}`, () => {
      expect(camelCase(name)).to.equal(expected);
    });
  }
});
