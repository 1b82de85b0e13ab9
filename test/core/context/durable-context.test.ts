import { type Context, createHub, currentContext, withContext } from '@hookline/core';
import { migrate, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { type Connection, connect } from '../../sequelize/connect.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { until } from '../../support/until.js';

describe('a context that comes through the database', () => {
  let connection: Connection;
  before(async () => {
    connection = await connect();
    await migrate(connection.sequelize);
  });
  after(() => connection.close());

  it('is that of the transaction it was stored in, for listeners of both lanes in another process', async () => {
    const hubOn = (sequelize = connection.another()) =>
      createHub({ store: sequelizeStore(sequelize), logger: new RecordingLogger() });
    const [web, worker] = [hubOn(connection.sequelize), hubOn()];
    const seen: Context[] = [];
    worker.on('order.paid', () => void seen.push(currentContext()));
    worker.on('order.paid', () => void seen.push(currentContext()), { lane: 'async', name: 'a' });
    await web.start({ roles: ['web'] });
    await worker.start({ roles: ['relay', 'worker'] });

    const context: Context = { actor: { type: 'user', id: 7 }, account: 42, requestId: 'r1', depth: 2 };
    const event = await withContext(context, () =>
      connection.sequelize.transaction((transaction) =>
        web.dispatch('order.paid', { id: 1 }, { transaction }),
      ),
    );
    await until(() => seen.length === 2);
    const restored = { ...context, causationId: event.id, correlationId: event.id, depth: 3 };
    expect(seen).to.deep.equal([restored, restored]);
    expect(await web.events.get(event.id)).to.include({ requestId: 'r1', depth: 2 });
    await Promise.all([web.close(), worker.close()]);
  });
});
