import { createHub, github, type Hub } from '@hookline/core';
import { mountInbound } from '@hookline/core/adapter';
import { fakeClock } from '@hookline/core/testing';
import { sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { RecordingLogger } from '../support/recording-logger.js';
import { type Connection, connect, makeTables } from './connect.js';

const source = github({ secret: 'It is a secret to everybody' });

describe('receipts in Postgres', () => {
  let connection: Connection;
  let hub: Hub;
  const statements: string[] = [];
  const clock = fakeClock();

  before(async () => {
    connection = await connect();
    const tables = await makeTables(connection.sequelize);
    const logging = (sql: string) => void statements.push(sql);
    const store = sequelizeStore(connection.sequelize, { ...tables, logging });
    hub = createHub({ store, clock, logger: new RecordingLogger() });
  });

  after(async () => {
    await hub.close();
    await connection.close();
  });

  it('are replayed as they came', async () => {
    hub.addSource('github', source);
    const body = '{"action": "opened", "big": 12345678901234567890}';
    const result = await hub.receive('github', source.sign({ type: 'issues', id: 'one', body }));
    if (!result.isNew) throw new Error('expected a new request');
    const event = await hub.receipts.replay(result.receiptId);
    expect(event).to.include({ type: 'github.issues.opened', causationId: result.eventId });
    expect(await hub.events.get(event.id)).to.deep.equal(event);
    const heard: string[] = [];
    hub.on('github.*', ({ id }) => void heard.push(id), { lane: 'async', name: 'audit' });
    const again = await hub.receipts.replay(result.receiptId);
    await hub.drain();
    expect(heard).to.include(again.id);
  });

  it('flood it with no statement for each request that is refused', async function () {
    this.timeout(30_000);
    const { routes } = mountInbound(hub, { sources: { github: source } });
    const route = routes.find(({ method }) => method === 'post');
    const request = {
      ...{ method: 'POST', url: '/inbound/github', origin: null, query: {}, raw: null },
      ...{ params: { source: 'github' }, headers: {}, remoteAddress: '203.0.113.7' },
      bytes: async () => Buffer.from('{}'),
      json: async () => undefined,
    };
    const before = rejectionsWritten();
    for (let n = 0; n < 10_000; n++) await route?.handle(request);
    const [row, ...others] = await hub.receipts.rejections({ source: 'github' });
    expect(others).to.deep.equal([]);
    expect(row).to.include({ code: 'ERR_HOOKLINE_SIGNATURE_MISSING', count: 10_000 });
    expect(rejectionsWritten() - before).to.equal(1);
  });

  function rejectionsWritten(): number {
    return statements.filter((sql) => /INSERT INTO "\w+rejections"/.test(sql)).length;
  }
});
