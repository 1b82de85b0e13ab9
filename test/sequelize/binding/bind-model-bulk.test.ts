import { bindModel } from '@hookline/sequelize';
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

describe('bindModel and bulk calls with individualHooks', () => {
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
