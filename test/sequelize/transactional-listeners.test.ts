import {
  createHub,
  currentContext,
  type Hub,
  type HubOptions,
  type ListenerContext,
  type Store,
} from '@hookline/core';
import { github } from '@hookline/core/sources';
import { fakeClock } from '@hookline/core/testing';
import { sequelizeStore, type TableOptions } from '@hookline/sequelize';
import { expect } from 'chai';
import {
  ConnectionError,
  DataTypes,
  type Model,
  type ModelStatic,
  QueryTypes,
  type Sequelize,
  type Transaction,
} from 'sequelize';
import sinon from 'sinon';
import { RecordingLogger } from '../support/recording-logger.js';
import { signedRequest } from '../support/signed-request.js';
import { until } from '../support/until.js';
import { useCls } from './cls.js';
import { type Connection, connect, makeTables } from './connect.js';

const LISTENER = { lane: 'async', name: 'books', transaction: true, retry: [1] } as const;

describe('a transactional listener on Postgres', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Entry: ModelStatic<Model>;
  let tables: TableOptions;
  let hubs: Hub[];

  before(async () => {
    connection = await connect({ pool: { max: 10 } });
    sequelize = connection.sequelize;
    Entry = sequelize.define('entry', { order: { type: DataTypes.INTEGER, allowNull: false } });
    await sequelize.query('CREATE TABLE limits (id int PRIMARY KEY)');
    await sequelize.query(
      'CREATE TABLE checks (id int REFERENCES limits DEFERRABLE INITIALLY DEFERRED, "order" int)',
    );
  });
  after(() => connection.close());

  beforeEach(async () => {
    tables = await makeTables(sequelize);
    hubs = [];
    // Sequelize says there what becomes of a connection
    sinon.stub(console, 'warn');
    await Entry.sync({ force: true });
  });
  afterEach(async () => {
    await Promise.all(hubs.map((hub) => hub.close()));
    sinon.restore();
  });

  function open(options: HubOptions = {}, change: (store: Store) => Store = (store) => store): Hub {
    const store = change(sequelizeStore(sequelize, tables));
    const hub = createHub({ store, logger: new RecordingLogger(), onListenerError: () => {}, ...options });
    hubs.push(hub);
    return hub;
  }
  const entries = () => Entry.count();
  const runs = () =>
    sequelize.query(`SELECT state, attempt_count AS attempts FROM ${tables.prefix}runs ORDER BY id`, {
      type: QueryTypes.SELECT,
    });
  const SUCCEEDED = { state: 'succeeded', attempts: 1 };

  it('commits what it wrote, what it dispatched and the mark of its run together', async () => {
    const hub = open();
    hub.on(
      'order.paid',
      async ({ id }, { transaction }: ListenerContext<Transaction>) => {
        expect(currentContext().causationId).to.equal(id);
        await Entry.create({ order: 1 }, { transaction });
        await hub.dispatch('order.booked', {}, { transaction });
      },
      LISTENER,
    );
    const paid = await hub.dispatch('order.paid', {});
    await hub.drain();
    expect(await entries()).to.equal(1);
    expect(await runs()).to.deep.equal([SUCCEEDED]);
    const booked = (await hub.events.list()).find(({ type }) => type === 'order.booked');
    expect(booked?.causationId).to.equal(paid.id);
  });

  it('leaves nothing of an attempt that throws: no row, and no event', async () => {
    const hub = open();
    let attempts = 0;
    hub.on(
      'order.paid',
      async (_event, { transaction }: ListenerContext<Transaction>) => {
        attempts += 1;
        await Entry.create({ order: attempts }, { transaction });
        await hub.dispatch('order.booked', { attempts }, { transaction });
        if (attempts === 1) throw new Error('boom');
      },
      LISTENER,
    );
    await hub.dispatch('order.paid', {});
    await until(async () => (await entries()) > 0);
    await hub.drain();
    expect((await Entry.findAll()).map((row) => row.get('order'))).to.deep.equal([2]);
    const booked = (await hub.events.list()).filter(({ type }) => type === 'order.booked');
    expect(booked.map(({ data }) => data)).to.deep.equal([{ attempts: 2 }]);
    expect(await runs()).to.deep.equal([{ state: 'succeeded', attempts: 2 }]);
  });

  for (const [name, spoil] of [
    [
      'hides that a statement of its failed',
      async (transaction: Transaction) => {
        await Entry.create({ order: null }, { transaction, validate: false }).catch(() => {});
      },
    ],
    [
      'breaks a constraint that is looked at with the COMMIT',
      async (transaction: Transaction) => {
        await sequelize.query('INSERT INTO checks VALUES (-1)', { transaction });
      },
    ],
    ['ends the transaction itself', (transaction: Transaction) => transaction.rollback()],
  ] as const) {
    it(`has failed where it ${name}`, async () => {
      const errors: Error[] = [];
      const hub = open({ onListenerError: (error) => void errors.push(error) });
      hub.on(
        'order.paid',
        async (_event, { transaction }: ListenerContext<Transaction>) => {
          await Entry.create({ order: 1 }, { transaction });
          if (transaction) await spoil(transaction);
        },
        { ...LISTENER, retry: [] },
      );
      await hub.dispatch('order.paid', {});
      await hub.drain();
      expect(await entries()).to.equal(0);
      expect(errors.map((error) => 'code' in error && error.code)).to.deep.equal([
        'ERR_HOOKLINE_LISTENER_FAILED',
      ]);
      expect(await runs()).to.deep.equal([{ state: 'exhausted', attempts: 1 }]);
    });
  }

  it('that takes too long is tried again while its statement still runs, and keeps nothing', async () => {
    const hub = open({ listenerTimeoutMs: 300 });
    let attempts = 0;
    const ended = new Promise<unknown>((resolve) => {
      hub.on(
        'order.paid',
        async (_event, { transaction }: ListenerContext<Transaction>) => {
          attempts += 1;
          await Entry.create({ order: attempts }, { transaction });
          if (attempts > 1) return;
          await sequelize.query('SELECT pg_sleep(1)', { transaction });
          await Entry.create({ order: 0 }, { transaction }).then(resolve, resolve);
        },
        LISTENER,
      );
    });
    await hub.dispatch('order.paid', {});
    await until(async () => (await entries()) > 0);
    expect(await ended).to.be.an('error');
    expect((await Entry.findAll()).map((row) => row.get('order'))).to.deep.equal([2]);
  });

  it('commits once where its lease was lost to another process in the midst of it', async () => {
    const begun: string[] = [];
    const outcomes: boolean[] = [];
    let goOn = () => {};
    const standing = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const listen = (hub: Hub, name: string, wait: Promise<void>) =>
      hub.on(
        'order.paid',
        async (_event, { transaction }: ListenerContext<Transaction>) => {
          begun.push(name);
          await Entry.create({ order: 1 }, { transaction });
          await wait;
        },
        LISTENER,
      );
    const slow = open({ leaseMs: 1_000 }, (store) => deaf(store, (isSettled) => outcomes.push(isSettled)));
    listen(slow, 'slow', standing);
    await slow.dispatch('order.paid', {});
    await until(() => begun.length === 1);
    listen(open({ leaseMs: 1_000 }), 'quick', Promise.resolve());
    await hubs[1]?.start();
    await until(async () => (await entries()) === 1);
    goOn();
    await until(() => outcomes.length === 1);
    expect([begun, outcomes, await entries()]).to.deep.equal([['slow', 'quick'], [false], 1]);
    expect(await runs()).to.deep.equal([SUCCEEDED]);
  });

  it('has failed where it loses its connection, and is tried again by its schedule', async () => {
    const errors: Error[] = [];
    const hub = open({ onListenerError: (error) => void errors.push(error) });
    let attempts = 0;
    hub.on(
      'order.paid',
      async (_event, { transaction }: ListenerContext<Transaction>) => {
        attempts += 1;
        await Entry.create({ order: attempts }, { transaction });
        if (attempts === 1) await terminate(sequelize, transaction);
      },
      LISTENER,
    );
    await hub.dispatch('order.paid', {});
    await until(async () => (await entries()) > 0);
    await hub.drain();
    expect((await Entry.findAll()).map((row) => row.get('order'))).to.deep.equal([2]);
    expect(errors).to.have.length(1);
    expect(await runs()).to.deep.equal([{ state: 'succeeded', attempts: 2 }]);
  });

  it('is not tried again where it committed and nobody heard of it', async () => {
    const errors: Error[] = [];
    const logger = new RecordingLogger();
    const clock = fakeClock();
    const hub = open({ clock, logger, onListenerError: (error) => void errors.push(error) });
    hub.on(
      'order.paid',
      async (_event, { transaction }: ListenerContext<Transaction>) => {
        await Entry.create({ order: 1 }, { transaction });
        if (transaction) loseAnswerOfCommit(transaction);
      },
      LISTENER,
    );
    await hub.dispatch('order.paid', {});
    await until(() => logger.of('warn').length === 1);
    clock.advance(60_000);
    await hub.drain();
    expect([await entries(), errors]).to.deep.equal([1, []]);
    expect(await runs()).to.deep.equal([SUCCEEDED]);
  });

  it('leaves exactly one row of fifty copies of a request that two processes get at once', async () => {
    const secret = 'shared secret';
    const pair = [open(), open()];
    for (const hub of pair) {
      hub.addSource('github', github({ secret }));
      hub.on(
        'github.*',
        (_event, { transaction }: ListenerContext<Transaction>) =>
          Entry.create({ order: 1 }, { transaction }),
        LISTENER,
      );
    }
    const signed = signedRequest.github({ event: 'push', body: '{}', secret, deliveryId: 'one' });
    const request = { method: 'POST', url: '/', origin: null, ...signed };
    const receive = (index: number) => pair[index % 2]?.receive('github', request);
    const results = await Promise.all(Array.from({ length: 50 }, (_, index) => receive(index)));
    for (const hub of pair) await hub.drain();
    expect(results.filter((result) => result?.isNew)).to.have.length(1);
    expect(await entries()).to.equal(1);
    expect(await runs()).to.deep.equal([SUCCEEDED]);
  });

  it('leaves connections for others, however many of them wait for theirs', async () => {
    const hub = open();
    let running = 0;
    let most = 0;
    hub.on(
      'order.paid',
      async (_event, { transaction }: ListenerContext<Transaction>) => {
        running += 1;
        most = Math.max(most, running);
        // one of its own beside the transaction's
        await Entry.count();
        await Entry.create({ order: 1 }, { transaction });
        running -= 1;
      },
      LISTENER,
    );
    await hub.dispatchAll(Array.from({ length: 60 }, () => ({ type: 'order.paid', data: {} })));
    await hub.drain();
    expect(await entries()).to.equal(60);
    expect(most).to.be.within(2, 5);
  });

  it('works on a pool of one connection', async () => {
    const alone = connection.another({ pool: { max: 1, acquire: 2_000 } });
    const hub = open({ store: sequelizeStore(alone, { ...tables, listen: false }) });
    hub.on(
      'order.paid',
      (_event, { transaction }: ListenerContext<Transaction>) =>
        alone.query('INSERT INTO checks ("order") VALUES (1)', { transaction }),
      LISTENER,
    );
    await hub.dispatchAll(Array.from({ length: 10 }, () => ({ type: 'order.paid', data: {} })));
    await hub.drain();
    expect(await runs()).to.deep.equal(Array.from({ length: 10 }, () => SUCCEEDED));
  });

  it('sees what others commit meanwhile, whatever isolation level the app has', async () => {
    const serializable = connection.another({ isolationLevel: 'SERIALIZABLE' as never });
    const hub = open({ store: sequelizeStore(serializable, tables) });
    const levels: unknown[] = [];
    hub.on(
      'order.paid',
      async (_event, { transaction }: ListenerContext<Transaction>) => {
        const options = { transaction, type: QueryTypes.SELECT } as const;
        levels.push(...(await serializable.query('SHOW transaction_isolation', options)));
      },
      LISTENER,
    );
    await hub.dispatch('order.paid', {});
    await hub.drain();
    expect(levels).to.deep.equal([{ transaction_isolation: 'read committed' }]);
  });

  describe("with Sequelize's CLS", () => {
    useCls();

    it('joins it without naming it, and what it dispatches does, too', async () => {
      const hub = open();
      let attempts = 0;
      hub.on(
        'order.paid',
        async () => {
          attempts += 1;
          await Entry.create({ order: attempts });
          await hub.dispatch('order.booked', { attempts });
          if (attempts === 1) throw new Error('boom');
        },
        LISTENER,
      );
      await hub.dispatch('order.paid', {});
      await until(async () => (await entries()) > 0);
      await hub.drain();
      expect((await Entry.findAll()).map((row) => row.get('order'))).to.deep.equal([2]);
      const booked = (await hub.events.list()).filter(({ type }) => type === 'order.booked');
      expect(booked.map(({ data }) => data)).to.deep.equal([{ attempts: 2 }]);
    });
  });
});

function loseAnswerOfCommit(transaction: Transaction): void {
  const commit = transaction.commit.bind(transaction);
  transaction.commit = async () => {
    await commit();
    throw new ConnectionError(new Error('read ECONNRESET'));
  };
}

/** What a server does to a session that is idle in its transaction for too long. */
async function terminate(sequelize: Sequelize, transaction: Transaction | null): Promise<void> {
  const query = { transaction, type: QueryTypes.SELECT, plain: true } as const;
  const session = await sequelize.query<{ pid: number }>('SELECT pg_backend_pid() AS pid', query);
  await sequelize.query(`SELECT pg_terminate_backend(${session?.pid}, 5000)`);
}

/** The store of a process that renews nothing, as one that stands still, and tells how its transactions ended. */
function deaf(store: Store, onEnd: (isSettled: boolean) => void): Store {
  const { runs } = store;
  const renew: Store['runs']['renew'] = async (claims) => claims.map(({ id }) => id);
  const settleWith: Store['runs']['settleWith'] = async (work) => {
    const isSettled = await runs.settleWith(work);
    onEnd(isSettled);
    return isSettled;
  };
  const changed: Store['runs'] = {
    claim: async () => [],
    settle: (results) => runs.settle(results),
    release: (ids, lease) => runs.release(ids, lease),
    promote: (turns, now) => runs.promote(turns, now),
    waitingGroups: (limit) => runs.waitingGroups(limit),
    renew,
    settleWith,
  };
  return { ...store, runs: changed };
}
