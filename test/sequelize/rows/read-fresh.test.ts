import { createHub } from '@hookline/core';
import { startReceiver } from '@hookline/core/testing';
import { bindModel, migrate, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { RecordingLogger } from '../../support/recording-logger.js';
import { type Connection, connect } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';

describe('what is sent of a row that is changed between the commit and the sending', () => {
  let connection: Connection;
  before(async () => {
    connection = await connect();
    await migrate(connection.sequelize);
  });
  after(() => connection.close());

  async function begin() {
    const Model = await defineConversation(connection.sequelize);
    const receiver = await startReceiver();
    const hub = createHub({
      store: sequelizeStore(connection.sequelize),
      logger: new RecordingLogger(),
      delivery: { allowAddresses: ['127.0.0.0/8'] },
    });
    bindModel(Model, hub, {
      created: 'conversation.created',
      destroyed: 'conversation.destroyed',
      account: (row: Conversation) => row.accountId,
      data: (row: Conversation) => ({ subject: row.subject }),
    });
    for (const payload of ['snapshot', 'thin', 'fresh'] as const) {
      const url = `${receiver.url}/${payload}`;
      const subscriptions = ['conversation.created', 'conversation.destroyed'];
      const { webhook } = await hub.webhooks.create({
        url,
        subscriptions,
        payload,
        accountId: 42,
        description: payload,
      });
      await hub.webhooks.pause(webhook.id);
    }
    const send = async () => {
      for (const { id } of await hub.webhooks.list()) await hub.webhooks.resume(id);
      await hub.drain();
      const sent = receiver.requests.map(
        ({ path, body }) => [path.split('/').at(-1), JSON.parse(String(body))] as const,
      );
      const reasons = (await hub.deliveries.list({ state: 'cancelled' })).map(({ reason }) => reason);
      await hub.close();
      await receiver.close();
      return { sent: new Map(sent), reasons };
    };
    return { Model, send };
  }

  afterEach(() =>
    connection.sequelize.query('TRUNCATE hookline_webhooks, hookline_deliveries, hookline_deliveries_open'),
  );

  it('is the row as it was, no row at all, or the row as it is now', async () => {
    const { Model, send } = await begin();
    const row = await Model.create({ subject: 'before' });
    await row.update({ subject: 'after' });
    const { sent } = await send();
    expect(sent.get('snapshot').data).to.deep.equal({ subject: 'before' });
    expect(sent.get('thin')).to.not.have.property('data');
    expect(sent.get('thin').subject).to.deep.equal({ type: 'Conversation', id: row.id });
    expect(sent.get('fresh').data).to.deep.equal({ subject: 'after' });
  });

  it('is nothing fresh where the row is gone, but that it is gone', async () => {
    const { Model, send } = await begin();
    const row = await Model.create({ subject: 'before' });
    await row.destroy();
    const { sent, reasons } = await send();
    expect(reasons).to.deep.equal(['row-gone']);
    expect(sent.get('fresh').type).to.equal('conversation.destroyed');
    expect(sent.get('fresh').data).to.deep.equal({ subject: 'before' });
  });
});
