import { createHub } from '@hookline/core';
import { migrate, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { expectError } from '../support/expect-error.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { type Connection, connect } from './connect.js';

// What a connection to a replica allows: https://www.postgresql.org/docs/current/hot-standby.html
const READ_ONLY = { dialectOptions: { options: '-c default_transaction_read_only=on' } };

describe('a hub on a connection that may only read', () => {
  let connection: Connection;

  before(async () => {
    connection = await connect();
    await migrate(connection.sequelize);
  });
  after(() => connection.close());

  it('answers what is only looked at, and refuses to write', async () => {
    const logger = new RecordingLogger();
    const writing = createHub({ store: sequelizeStore(connection.sequelize), logger, roles: ['web'] });
    const { webhook } = await writing.webhooks.create({ url: 'https://example.com', subscriptions: ['*'] });
    const event = await writing.dispatch('order.paid', { id: 1 });
    await writing.close();

    const replica = createHub({
      store: sequelizeStore(connection.another(READ_ONLY), { listen: false }),
      logger,
      roles: ['web'],
    });
    await replica.start();
    expect((await replica.webhooks.list()).map(({ id }) => id)).to.deep.equal([webhook.id]);
    expect(await replica.webhooks.get(webhook.id)).to.include({ url: 'https://example.com' });
    expect((await replica.events.list()).map(({ id }) => id)).to.deep.equal([event.id]);
    expect(await replica.events.get(event.id)).to.deep.include({ type: 'order.paid' });
    expect(await replica.deliveries.list()).to.deep.equal([]);
    await expectError('STORE_UNAVAILABLE', () => replica.webhooks.delete(webhook.id));
    await replica.close();
  });
});
