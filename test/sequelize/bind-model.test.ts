import { createHub, defineEvents, payload } from '@hookline/core';
import { bindModel, changed } from '@hookline/sequelize';
import { expect } from 'chai';
import { Model, type ModelStatic } from 'sequelize';
import { expectError } from '../support/expect-error.js';
import { type Connection, connect } from './connect.js';
import { type Conversation, defineConversation } from './conversation-model.js';
import { RecordingHub } from './recording-hub.js';

const EVENTS = {
  created: 'conversation.created',
  updated: 'conversation.updated',
  destroyed: 'conversation.destroyed',
};

describe('bindModel', () => {
  let connection: Connection;
  let Conversation: ModelStatic<Conversation>;
  let hub: RecordingHub;

  before(async () => {
    connection = await connect();
  });
  after(() => connection.close());
  beforeEach(async () => {
    Conversation = await defineConversation(connection.sequelize);
    hub = new RecordingHub();
  });

  describe('events of one row', () => {
    it('dispatches a created row with account, subject and the row as data', async () => {
      bindModel(Conversation, hub, { ...EVENTS, account: (conversation) => conversation.accountId });
      const row = await Conversation.create({ subject: 'hello' });
      expect(hub.types).to.deep.equal(['conversation.created']);
      expect(hub.last.options).to.deep.include({
        account: 42,
        subject: { type: 'Conversation', id: row.id },
      });
      expect(hub.last.options).to.not.have.property('changes');
      expect(hub.last.data).to.deep.equal({ conversation: JSON.parse(JSON.stringify(row.get())) });
    });

    it('dispatches an update with what it changed, timestamps left out', async () => {
      bindModel(Conversation, hub, EVENTS);
      const row = await Conversation.create({ subject: 'hello', meta: { a: 1 } });
      await row.update({ status: 'closed', meta: { a: 2 } });
      expect(hub.types).to.deep.equal(['conversation.created', 'conversation.updated']);
      expect(hub.last.options.changes).to.deep.equal({
        status: { previous: 'open', current: 'closed' },
        meta: { previous: { a: 1 }, current: { a: 2 } },
      });
    });

    it('dispatches what save() changes', async () => {
      bindModel(Conversation, hub, EVENTS);
      const row = await Conversation.create({ subject: 'hello' });
      row.subject = 'bye';
      await row.save();
      expect(hub.last.options.changes).to.deep.equal({ subject: { previous: 'hello', current: 'bye' } });
    });

    it('leaves out what is changed and not saved', async () => {
      bindModel(Conversation, hub, EVENTS);
      const row = await Conversation.create({ subject: 'hello' });
      row.set({ subject: 'bye', status: 'closed' });
      await row.save({ fields: ['status'] });
      expect(hub.last.options.changes).to.have.all.keys('status');
    });

    it('names a change that a hook of the app made on the way', async () => {
      bindModel(Conversation, hub, EVENTS);
      Conversation.beforeUpdate((row) => {
        row.status = 'touched';
      });
      const row = await Conversation.create({ subject: 'hello' });
      await row.update({ subject: 'bye' });
      expect(hub.last.options.changes).to.have.all.keys('subject', 'status');
    });

    it('dispatches nothing for an update that changes nothing', async () => {
      bindModel(Conversation, hub, EVENTS);
      const row = await Conversation.create({ subject: 'hello' });
      await row.update({ subject: 'hello' });
      await row.save();
      row.changed('updatedAt', true);
      await row.save();
      expect(hub.types).to.deep.equal(['conversation.created']);
    });

    it('dispatches a destroyed row with a snapshot of it', async () => {
      bindModel(Conversation, hub, EVENTS);
      const row = await Conversation.create({ subject: 'hello' });
      await row.destroy();
      expect(hub.last.type).to.equal('conversation.destroyed');
      expect(hub.last.data).to.have.nested.property('conversation.subject', 'hello');
      expect(hub.last.options.subject).to.deep.equal({ type: 'Conversation', id: row.id });
    });

    it('takes a paranoid row that goes as destroyed, and one that comes back as restored', async () => {
      const Paranoid = await defineConversation(connection.sequelize, { paranoid: true });
      bindModel(Paranoid, hub, { ...EVENTS, restored: 'conversation.restored' });
      const row = await Paranoid.create({ subject: 'hello' });
      await row.destroy();
      await row.restore();
      expect(hub.types.slice(1)).to.deep.equal(['conversation.destroyed', 'conversation.restored']);
    });

    it('dispatches only the types it is given', async () => {
      bindModel(Conversation, hub, { destroyed: 'conversation.destroyed' });
      const row = await Conversation.create({ subject: 'hello' });
      await row.update({ subject: 'bye' });
      await row.destroy();
      expect(hub.types).to.deep.equal(['conversation.destroyed']);
    });

    it('goes through findOrCreate, scopes and associations of the app', async () => {
      bindModel(Conversation, hub, EVENTS);
      await Conversation.findOrCreate({ where: { subject: 'one' } });
      await Conversation.findOrCreate({ where: { subject: 'one' } });
      await Conversation.unscoped().create({ subject: 'two' });
      expect(hub.types).to.deep.equal(['conversation.created', 'conversation.created']);
    });

    it('makes no event with hooks: false', async () => {
      bindModel(Conversation, hub, EVENTS);
      const row = await Conversation.create({ subject: 'hello' }, { hooks: false });
      await row.update({ subject: 'bye' }, { hooks: false });
      await row.destroy({ hooks: false });
      expect(hub.types).to.deep.equal([]);
    });

    it('joins the keys of a row that has several', async () => {
      const Member = connection.sequelize.define('Member', {
        team: { type: 'text', primaryKey: true },
        user: { type: 'text', primaryKey: true },
      });
      await Member.sync({ force: true });
      bindModel(Member, hub, { created: 'member.created' });
      await Member.create({ team: 't1', user: 'u1' });
      expect(hub.last.options.subject).to.deep.equal({ type: 'Member', id: 't1,u1' });
    });
  });

  describe('when', () => {
    it('dispatches a further type where its condition holds', async () => {
      bindModel(Conversation, hub, {
        updated: 'conversation.updated',
        when: {
          'conversation.status_changed': changed('status'),
          'conversation.reopened': changed('status', { from: 'closed', to: 'open' }),
          'conversation.shouted': (_, conversation) => conversation.loud === conversation.subject,
        },
      });
      const row = await Conversation.create({ subject: 'hello' });
      await row.update({ subject: 'BYE' });
      expect(hub.types).to.deep.equal(['conversation.updated', 'conversation.shouted']);
      await row.update({ subject: 'bye', status: 'closed' });
      expect(hub.types.slice(2)).to.deep.equal(['conversation.updated', 'conversation.status_changed']);
      await row.update({ status: 'open' });
      expect(hub.types.slice(5)).to.deep.equal(['conversation.status_changed', 'conversation.reopened']);
      expect(hub.last.options.changes).to.deep.equal({ status: { previous: 'closed', current: 'open' } });
    });

    it('dispatches a type once that is given twice', async () => {
      bindModel(Conversation, hub, {
        updated: 'conversation.x',
        when: { 'conversation.x': changed('status') },
      });
      const row = await Conversation.create({ subject: 'hello' });
      await row.update({ status: 'closed' });
      expect(hub.types).to.deep.equal(['conversation.x']);
    });
  });

  describe('what an event shows', () => {
    it('uses the data function, which may query in the transaction', async () => {
      bindModel(Conversation, hub, {
        created: 'conversation.created',
        data: async (conversation, { type, transaction }) => ({
          type,
          found: await Conversation.count({ where: { id: conversation.id }, transaction }),
        }),
      });
      await Conversation.create({ subject: 'hello' });
      expect(hub.last.data).to.deep.equal({ type: 'conversation.created', found: 1 });
    });

    it('shows a redacted attribute neither in data nor in changes, and makes no updated event of it', async () => {
      bindModel(Conversation, hub, {
        ...EVENTS,
        redact: ['token'],
        when: { 'conversation.token_changed': changed('token') },
      });
      const row = await Conversation.create({ subject: 'hello', token: 'one' });
      expect(hub.last.data).to.not.have.nested.property('conversation.token');
      await row.update({ subject: 'bye', token: 'two' });
      const updates = hub.dispatched.slice(1);
      expect(updates.map(({ type }) => type)).to.deep.equal([
        'conversation.updated',
        'conversation.token_changed',
      ]);
      for (const { options } of updates) expect(options.changes).to.have.all.keys('subject');
      await row.update({ token: 'three' });
      expect(hub.types.slice(3)).to.deep.equal(['conversation.token_changed']);
      expect(hub.last.options).to.not.have.property('changes');
    });

    it('shows only what it is told to', async () => {
      bindModel(Conversation, hub, { ...EVENTS, only: ['id', 'status'] });
      const row = await Conversation.create({ subject: 'hello' });
      expect(hub.last.data).to.deep.equal({ conversation: { id: row.id, status: 'open' } });
      await row.update({ subject: 'bye' });
      await row.update({ subject: 'hello', status: 'closed' });
      expect(hub.types).to.deep.equal(['conversation.created', 'conversation.updated']);
      expect(hub.last.options.changes).to.have.all.keys('status');
    });

    it('leaves the changes out on demand', async () => {
      bindModel(Conversation, hub, { updated: 'conversation.updated', changes: false });
      const row = await Conversation.create({ subject: 'hello' });
      await row.update({ subject: 'bye' });
      expect(hub.types).to.deep.equal(['conversation.updated']);
      expect(hub.last.options).to.not.have.property('changes');
    });
  });

  describe('bulk calls with individualHooks', () => {
    beforeEach(() => {
      bindModel(Conversation, hub, EVENTS);
    });

    const changesById = () =>
      Object.fromEntries(hub.dispatched.map(({ options }) => [options.subject?.id, options.changes]));

    it('dispatches each created row', async () => {
      await Conversation.bulkCreate([{ subject: 'one' }, { subject: 'two' }], { individualHooks: true });
      expect(hub.types).to.deep.equal(['conversation.created', 'conversation.created']);
    });

    for (const returning of [false, true]) {
      it(`dispatches each updated row with its own diff, returning ${returning}`, async () => {
        const [one, two] = await Conversation.bulkCreate([
          { subject: 'one', status: 'open' },
          { subject: 'two', status: 'waiting' },
        ]);
        await Conversation.update({ status: 'closed' }, { where: {}, individualHooks: true, returning });
        expect(changesById()).to.deep.equal({
          [String(one?.id)]: { status: { previous: 'open', current: 'closed' } },
          [String(two?.id)]: { status: { previous: 'waiting', current: 'closed' } },
        });
      });
    }

    it('tells apart rows that a hook of the app changed in different ways (sequelize#15031)', async () => {
      Conversation.beforeUpdate((row) => {
        row.token = `token ${row.id}`;
      });
      const [one, two] = await Conversation.bulkCreate([{ subject: 'one' }, { subject: 'two' }]);
      await Conversation.update({ status: 'closed' }, { where: {}, individualHooks: true });
      const changes = changesById();
      for (const row of [one, two]) {
        expect(changes[String(row?.id)]?.status).to.deep.equal({ previous: 'open', current: 'closed' });
      }
      expect(hub.types).to.deep.equal(['conversation.updated', 'conversation.updated']);
    });

    it('dispatches each destroyed row', async () => {
      await Conversation.bulkCreate([{ subject: 'one' }, { subject: 'two' }]);
      await Conversation.destroy({ where: {}, individualHooks: true });
      expect(hub.types).to.deep.equal(['conversation.destroyed', 'conversation.destroyed']);
    });

    it('makes no event without individualHooks', async () => {
      await Conversation.bulkCreate([{ subject: 'one' }]);
      await Conversation.update({ status: 'closed' }, { where: {} });
      await Conversation.destroy({ where: {} });
      expect(hub.types).to.deep.equal([]);
    });
  });

  describe('binding', () => {
    it('dispatches once when a model is bound twice, as it was bound last', async () => {
      bindModel(Conversation, hub, { created: 'conversation.first' });
      bindModel(Conversation, hub, { created: 'conversation.second' });
      await Conversation.create({ subject: 'hello' });
      expect(hub.types).to.deep.equal(['conversation.second']);
    });

    it('restores everything when it is unbound, and only once', async () => {
      const { save, destroy } = Conversation.prototype;
      const { update } = Conversation;
      const first = bindModel(Conversation, hub, EVENTS);
      bindModel(Conversation, hub, EVENTS)();
      first();
      expect(Conversation.prototype.save).to.equal(save);
      expect(Conversation.prototype.destroy).to.equal(destroy);
      expect(Conversation.update).to.equal(update);
      expect(Object.hasOwn(Conversation.prototype, 'save')).to.equal(false);
      await Conversation.create({ subject: 'hello' });
      expect(hub.types).to.deep.equal([]);
    });

    it("keeps the app's own save(), and what wrapped it later", async () => {
      const calls: string[] = [];
      const inherited = Conversation.prototype.save;
      Conversation.prototype.save = function (...args) {
        calls.push('own');
        return inherited.apply(this, args) as never;
      };
      const own = Conversation.prototype.save;
      const unbind = bindModel(Conversation, hub, EVENTS);
      const bound = Conversation.prototype.save;
      Conversation.prototype.save = function (...args) {
        calls.push('later');
        return bound.apply(this, args) as never;
      };
      await Conversation.create({ subject: 'one' });
      unbind();
      await Conversation.create({ subject: 'two' });
      expect(calls).to.deep.equal(['later', 'own', 'later', 'own']);
      expect(hub.types).to.deep.equal(['conversation.created']);
      Conversation.prototype.save = bound;
      expect(Conversation.prototype.save).to.not.equal(own);
    });

    it('leaves other hooks of the model alone', async () => {
      const seen: string[] = [];
      Conversation.afterCreate('mine', () => void seen.push('named'));
      Conversation.afterCreate(() => void seen.push('anonymous'));
      bindModel(Conversation, hub, EVENTS)();
      await Conversation.create({ subject: 'hello' });
      expect(seen).to.deep.equal(['named', 'anonymous']);
    });

    it('refuses an event type that the hub does not know', async () => {
      const events = defineEvents({ 'conversation.created': payload<object>() });
      const misspelt = { created: 'conversation.creatd' } as never;
      const error = await expectError('EVENT_TYPE_UNKNOWN', () =>
        bindModel(Conversation, createHub({ events }), misspelt),
      );
      expect(error.message).to.contain('conversation.created');
    });

    it('refuses a model that is not initialised', async () => {
      class Unborn extends Model {}
      const error = await expectError('OPTION_INVALID', () => bindModel(Unborn, hub, EVENTS));
      expect(error.message).to.contain('Unborn');
    });

    it('refuses an attribute that the model does not have', async () => {
      const bindings = [
        { only: ['subjekt'] },
        { redact: ['subjekt'] },
        { when: { 'a.b': changed('subjekt') } },
      ];
      for (const binding of bindings) {
        const error = await expectError('OPTION_INVALID', () =>
          bindModel(Conversation, hub, binding as never),
        );
        expect(error.message).to.contain('"subjekt"');
      }
    });
  });
});
