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

    it('writes all events of one write at once', async () => {
      bindModel(Conversation, hub, {
        updated: 'conversation.updated',
        when: {
          'conversation.status_changed': changed('status'),
          'conversation.closed': changed('status', { to: 'closed' }),
        },
      });
      const row = await Conversation.create({ subject: 'hello' });
      await row.update({ status: 'closed' });
      expect(hub.types).to.have.length(3);
      expect(hub.calls).to.have.length(1);
      expect(hub.calls[0]).to.have.property('unlessCaptured', 'Conversations');
    });

    it('sees what is redacted, on the row as it is', async () => {
      const seen: unknown[] = [];
      bindModel(Conversation, hub, {
        redact: ['token'],
        when: {
          'conversation.token_changed': (changes, row) => seen.push(changes.token?.current, row.token) > 0,
        },
      });
      const row = await Conversation.create({ subject: 'hello', token: 'one' });
      await row.update({ token: 'two' });
      expect(seen).to.deep.equal(['two', 'two']);
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

    it('hands the data function a row without what is redacted, and all else of it', async () => {
      const Message = connection.sequelize.define('Message', { text: 'text' });
      Conversation.hasMany(Message, { as: 'messages', foreignKey: 'conversationId' });
      await Message.sync({ force: true });
      const seen: unknown[] = [];
      bindModel(Conversation, hub, {
        updated: 'conversation.updated',
        redact: ['token', 'status'],
        account: (row) => row.token,
        data: (row) => {
          seen.push(row.token, row.get('token'), row.previous('token'), row.changed('token'));
          seen.push(row.loud, row.subject, row.changed('subject'), row.previous('subject'));
          return row;
        },
      });
      const { id } = await Conversation.create({ subject: 'hello', token: 'one' });
      await Message.create({ text: 'hi', conversationId: id });
      const row = (await Conversation.findByPk(id, { include: 'messages' })) as Conversation;
      await row.update({ subject: 'bye', token: 'two' });
      expect(seen).to.deep.equal([undefined, undefined, undefined, false, 'BYE', 'bye', true, 'hello']);
      expect(hub.last.data).to.not.have.any.keys('token', 'status');
      expect(hub.last.data).to.include({ subject: 'bye', loud: 'BYE' });
      expect(hub.last.data).to.have.nested.property('messages[0].text', 'hi');
      expect(hub.last.options.account).to.equal('two');
      expect(row).to.include({ token: 'two', status: 'open' });
    });

    it('makes virtual attributes of what is left, and shows none that is redacted', async () => {
      bindModel(Conversation, hub, { ...EVENTS, redact: ['subject'] });
      await Conversation.create({ subject: 'hello' });
      expect(hub.last.data).to.have.nested.property('conversation.loud', 'UNDEFINED');
      bindModel(Conversation, hub, {
        ...EVENTS,
        redact: ['loud'],
        data: (row) => ({ loud: row.loud ?? 'none' }),
      });
      await Conversation.create({ subject: 'hello' });
      expect(hub.last.data).to.deep.equal({ loud: 'none' });
    });

    it('has no associations in the data of its own making', async () => {
      const Message = connection.sequelize.define('Message', { text: 'text' });
      Conversation.hasMany(Message, { as: 'messages', foreignKey: 'conversationId' });
      await Message.sync({ force: true });
      bindModel(Conversation, hub, EVENTS);
      const values = { subject: 'hello', messages: [{ text: 'hi' }] };
      await Conversation.create(values as never, { include: 'messages' });
      expect(hub.last.data).to.not.have.nested.property('conversation.messages');
      expect(hub.last.data).to.have.nested.property('conversation.loud', 'HELLO');
      expect(await Message.count()).to.equal(1);
    });

    it('makes no event of what is ignored alone, and has it in the data', async () => {
      bindModel(Conversation, hub, {
        ...EVENTS,
        ignore: ['meta', 'status'],
        when: { 'conversation.any': () => true },
      });
      const row = await Conversation.create({ subject: 'hello' });
      await row.update({ meta: { count: 1 }, status: 'closed' });
      expect(hub.types).to.deep.equal(['conversation.created']);
      await row.update({ meta: { count: 2 }, subject: 'bye' });
      expect(hub.types.slice(1)).to.deep.equal(['conversation.updated', 'conversation.any']);
      expect(hub.last.options.changes).to.have.all.keys('subject');
      expect(hub.last.data).to.have.nested.property('conversation.meta.count', 2);
    });

    it('takes the account from an attribute', async () => {
      bindModel(Conversation, hub, { ...EVENTS, account: 'accountId', redact: ['accountId'] });
      await Conversation.create({ subject: 'hello', accountId: 7 });
      expect(hub.last.options.account).to.equal(7);
      await Conversation.create({ subject: 'hello', accountId: null as never });
      expect(hub.last.options.account).to.equal(null);
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
