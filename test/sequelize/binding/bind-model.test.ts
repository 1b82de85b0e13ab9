import { bindModel, changed } from '@hookline/sequelize';
import { expect } from 'chai';
import type { ModelStatic } from 'sequelize';
import { type Connection, connect } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';
import { RecordingHub } from '../recording-hub.js';

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
});
