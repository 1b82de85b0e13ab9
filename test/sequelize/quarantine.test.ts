import { createHub, type Hub, type OpenRegistry } from '@hookline/core';
import { fakeClock, type Receiver, startReceiver } from '@hookline/core/testing';
import { migrate, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { QueryTypes, Sequelize } from 'sequelize';
import { runCli } from '../../packages/sequelize/src/run-cli.js';
import { expectError } from '../support/expect-error.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { type Connection, connect } from './connect.js';

function inDatabase(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

describe('a database that was copied', () => {
  let connection: Connection;
  let receiver: Receiver;
  const opened: Sequelize[] = [];
  const hubs: Hub<OpenRegistry>[] = [];

  before(async () => {
    receiver = await startReceiver();
  });
  beforeEach(async () => {
    connection = await connect();
    await migrate(connection.sequelize);
    await oweOne();
  });
  afterEach(async () => {
    for (const hub of hubs.splice(0)) await hub.close();
    for (const sequelize of opened.splice(0)) await sequelize.close();
    await connection.close();
    (receiver.requests as unknown[]).splice(0);
  });
  after(() => receiver.close());

  function makeHub(sequelize: Sequelize, environment = 'production') {
    const logger = new RecordingLogger();
    const clock = fakeClock(Date.now());
    const delivery = { allowAddresses: ['127.0.0.0/8'] };
    const hub = createHub({ store: sequelizeStore(sequelize), logger, clock, environment, delivery });
    hubs.push(hub);
    return { hub, logger, clock };
  }

  /** In the original: a delivery that is owed, and an event that was not fanned out. */
  async function oweOne() {
    const { hub } = makeHub(connection.sequelize);
    const { webhook } = await hub.webhooks.create({ url: receiver.url, subscriptions: ['*'] });
    await hub.webhooks.pause(webhook.id);
    await hub.dispatch('order.paid', { n: 1 });
    await hub.drain();
    await hub.close();
    await connection.sequelize.query(`UPDATE hookline_webhooks SET paused = false`);
    await connection.sequelize.query(`UPDATE hookline_deliveries SET hold = NULL, next_attempt_at = 0`);
    await connection.sequelize.query(`UPDATE hookline_deliveries_open SET next_attempt_at = 0`);
    const web = createHub({
      store: sequelizeStore(connection.sequelize),
      logger: new RecordingLogger(),
      roles: ['web'],
      environment: 'production',
    });
    await web.dispatch('order.paid', { n: 2 });
    await web.close();
  }

  /** Of the same rows, in another database. */
  async function copy(): Promise<Sequelize> {
    const { sequelize, url } = connection;
    const name = sequelize.getDatabaseName();
    await sequelize.close();
    const admin = new Sequelize(inDatabase(url, 'postgres'), { logging: false });
    await admin.query(`CREATE DATABASE "${name}_copy" TEMPLATE "${name}"`);
    await admin.close();
    const copied = new Sequelize(inDatabase(url, `${name}_copy`), { logging: false });
    opened.push(copied);
    return copied;
  }

  const sent = () => receiver.requests.map(({ body }) => JSON.parse(String(body)).data.n).sort();

  it('sends nothing, takes events in, and says so', async () => {
    const { hub, logger } = makeHub(await copy());
    await hub.start();
    expect(hub.quarantine.isActive).to.equal(true);
    expect(hub.quarantine.reason?.recorded.environment).to.equal('production');
    await hub.dispatch('order.paid', { n: 3 });
    await hub.drain();
    expect(sent()).to.deep.equal([]);
    expect(
      logger
        .of('error')
        .map(({ message }) => message)
        .join(),
    ).to.include('quarantine');
    const [webhook] = await hub.webhooks.list();
    await expectError('QUARANTINED', () => hub.webhooks.test(String(webhook?.id)));
  });

  it('sends what comes from then on, once that is confirmed and what was owed is cancelled', async () => {
    const { hub } = makeHub(await copy());
    await hub.start();
    await hub.quarantine.confirm({ owed: 'cancel' });
    expect(hub.quarantine.isActive).to.equal(false);
    await hub.dispatch('order.paid', { n: 4 });
    await hub.drain();
    expect(sent()).to.deep.equal([4]);
    expect((await hub.deliveries.list({ state: 'cancelled' })).map(({ reason }) => reason)).to.deep.equal([
      'quarantine',
    ]);
  });

  it('sends what was owed where that is confirmed', async () => {
    const { hub } = makeHub(await copy());
    await hub.start();
    await hub.quarantine.confirm({ owed: 'send' });
    await hub.drain();
    expect(sent()).to.deep.equal([1, 2]);
  });

  it('has no active webhook any more where that is asked for', async () => {
    const { hub } = makeHub(await copy());
    await hub.quarantine.confirm({ owed: 'cancel', webhooks: 'deactivate' });
    await hub.dispatch('order.paid', { n: 5 });
    await hub.drain();
    expect(sent()).to.deep.equal([]);
    expect((await hub.webhooks.list()).map(({ active }) => active)).to.deep.equal([false]);
  });

  it('is confirmed from the command line, and processes begin by themselves', async () => {
    const sequelize = await copy();
    const { hub, clock } = makeHub(sequelize);
    await hub.start();
    const url = inDatabase(connection.url, sequelize.getDatabaseName());
    const written: string[] = [];
    const world = {
      env: {},
      stdout: (text: string) => written.push(text),
      stderr: (text: string) => written.push(text),
    };
    expect(await runCli(['confirm', '--url', url], world)).to.equal(2);
    const args = ['confirm', '--owed', 'send', '--environment', 'production', '--url', url];
    expect(await runCli(args, world), written.join()).to.equal(0);
    clock.advance(5_000);
    while (hub.quarantine.isActive) await new Promise(setImmediate);
    await hub.drain();
    expect(sent()).to.deep.equal([1, 2]);
  });

  it('is known by another environment too, where the database is the very same', async () => {
    const { hub } = makeHub(connection.sequelize, 'staging');
    await hub.start();
    expect(hub.quarantine.reason?.found.environment).to.equal('staging');
    await hub.drain();
    expect(sent()).to.deep.equal([]);
  });

  it('is none where one of both has no name: the place decides', async () => {
    const unnamed = createHub({ store: sequelizeStore(connection.sequelize), logger: new RecordingLogger() });
    hubs.push(unnamed);
    await unnamed.start();
    expect(unnamed.quarantine.isActive).to.equal(false);
  });

  it('is none where nothing changed: a restart sends what is owed', async () => {
    const { hub, logger } = makeHub(connection.sequelize);
    await hub.start();
    await hub.drain();
    expect(sent()).to.deep.equal([1, 2]);
    expect(logger.of('error')).to.deep.equal([]);
    const rows = await connection.sequelize.query('SELECT * FROM hookline_identity', {
      type: QueryTypes.SELECT,
    });
    expect(rows).to.have.length(1);
  });
});
