import { createHub } from '@hookline/core';
import { migrate, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { RecordingLogger } from '../support/recording-logger.js';
import { type Connection, connect } from './connect.js';

describe('an idempotency key on Postgres', () => {
  let connection: Connection;
  before(async () => {
    connection = await connect({ pool: { max: 20 } });
    await migrate(connection.sequelize);
  });
  after(() => connection.close());

  const makeHub = () =>
    createHub({
      store: sequelizeStore(connection.sequelize),
      logger: new RecordingLogger(),
      roles: ['relay'],
    });
  const count = async (key: string) => {
    const [rows] = await connection.sequelize.query(
      `SELECT count(*) FROM hookline_events WHERE payload LIKE '%"key":"${key}"%'`,
    );
    return Number((rows as { count: string }[])[0]?.count);
  };

  it('stores one event of fifty copies that two processes dispatch at once', async () => {
    const hubs = [makeHub(), makeHub()];
    const dispatch = (i: number) =>
      (hubs[i % 2] ?? makeHub()).dispatch(
        'order.paid',
        { key: 'fifty' },
        { account: 1, idempotencyKey: 'fifty' },
      );
    const events = await Promise.all(Array.from({ length: 50 }, (_, i) => dispatch(i)));
    expect(new Set(events.map(({ id }) => id)).size).to.equal(1);
    expect(await count('fifty')).to.equal(1);
    for (const hub of hubs) await hub.close();
  });

  it('waits for a transaction that has just taken it, and is free where that rolls back', async () => {
    const hub = makeHub();
    const options = { account: null, idempotencyKey: 'tx' };
    const first = await connection.sequelize.transaction();
    await hub.dispatch('order.paid', { key: 'tx' }, { ...options, transaction: first });
    const second = hub.dispatch('order.paid', { key: 'tx', second: true }, options);
    await first.rollback();
    expect((await second).data).to.deep.equal({ key: 'tx', second: true });
    expect(await count('tx')).to.equal(1);
    await connection.sequelize.transaction(async (transaction) => {
      const again = await hub.dispatch('order.paid', { key: 'tx', third: true }, { ...options, transaction });
      expect(again.data).to.deep.equal({ key: 'tx', second: true });
    });
    expect(await count('tx')).to.equal(1);
    await hub.close();
  });

  it('leaves an event for later to its time, whoever relays', async () => {
    const hub = makeHub();
    const heard: unknown[] = [];
    hub.on('order.later', ({ data }) => heard.push(data));
    await hub.dispatch('order.later', { n: 1 }, { delayMs: 60_000 });
    await hub.dispatch('order.later', { n: 2 }, { deliverAt: Date.now() + 30 });
    await hub.drain();
    await new Promise((resolve) => setTimeout(resolve, 40));
    await hub.drain();
    expect(heard).to.deep.equal([{ n: 2 }]);
    await hub.close();
  });
});
