import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { WakeUp, WakeUps } from '@hookline/core';
import { sequelizeStore, type TableOptions } from '@hookline/sequelize';
import { expect } from 'chai';
import { QueryTypes, Sequelize } from 'sequelize';
import { openDatabase } from '../../packages/sequelize/src/database.js';
import { tablesOf } from '../../packages/sequelize/src/tables.js';
import { channelOf, type ListeningTimes, sequelizeWakeUps } from '../../packages/sequelize/src/wake-ups.js';
import { type Connection, connect } from './connect.js';
import { openTcpProxy } from './tcp-proxy.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE_MS = 5_000;
const QUICK: ListeningTimes = {
  retryFromMs: 10,
  retryToMs: 40,
  checkEveryMs: 20,
  deadlineMs: 100,
  firstTryMs: 2_000,
};

function wakeUpsOf(
  sequelize: Sequelize,
  options: TableOptions & { readonly listen?: boolean } = {},
): WakeUps {
  const { wakeUps } = sequelizeStore(sequelize, options);
  if (!wakeUps) throw new Error('the store has no wake-ups');
  return wakeUps;
}

function quickWakeUps(sequelize: Sequelize, times: Partial<ListeningTimes> = {}): WakeUps {
  return sequelizeWakeUps(sequelize, openDatabase(sequelize, tablesOf()), true, { ...QUICK, ...times });
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not so within ${PATIENCE_MS} ms: ${isSo}`);
    await sleep(5);
  }
}

describe('wake-ups by LISTEN and NOTIFY', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  const endings: (() => Promise<void>)[] = [];

  before(async () => {
    connection = await connect();
    sequelize = connection.sequelize;
  });
  after(() => connection.close());
  afterEach(async () => {
    for (const end of endings.splice(0)) await end();
  });

  /** Listens for as long as the test runs; what was heard is in the list. */
  async function listenTo(wakeUps: WakeUps) {
    const heard: WakeUp[] = [];
    const end = await wakeUps.listen((wakeUp) => void heard.push(wakeUp));
    endings.push(end);
    return { heard, end };
  }

  async function listeners(): Promise<readonly number[]> {
    const rows = await sequelize.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
      WHERE application_name = 'hookline wake-ups' AND datname = current_database()`,
      { type: QueryTypes.SELECT },
    );
    return rows.map(({ pid }) => pid);
  }

  async function terminateListeners(): Promise<void> {
    for (const pid of await listeners()) await sequelize.query(`SELECT pg_terminate_backend(${pid}, 2000)`);
  }

  it('reach every process that listens, the one that announces included', async () => {
    const [here, there] = [wakeUpsOf(sequelize), wakeUpsOf(connection.another())];
    const [near, far] = [await listenTo(here), await listenTo(there)];
    await here.announce('events');
    await until(() => near.heard.length === 1 && far.heard.length === 1);
    await there.announce('work');
    await until(() => near.heard.length === 2 && far.heard.length === 2);
    expect(near.heard).to.deep.equal(['events', 'work']);
    expect(far.heard).to.deep.equal(['events', 'work']);
  });

  it('arrive at once, long before anybody looks by himself', async () => {
    const wakeUps = wakeUpsOf(sequelize);
    const { heard } = await listenTo(wakeUps);
    await wakeUps.announce('work');
    const startedAt = performance.now();
    await until(() => heard.length > 0);
    expect(performance.now() - startedAt).to.be.below(250);
  });

  it('stay within one prefix and one schema', async () => {
    const here = await listenTo(wakeUpsOf(sequelize, { prefix: 'one_' }));
    const there = await listenTo(wakeUpsOf(sequelize, { prefix: 'two_' }));
    const elsewhere = await listenTo(wakeUpsOf(sequelize, { prefix: 'two_', schema: 'apart' }));
    await wakeUpsOf(sequelize, { prefix: 'two_' }).announce('work');
    await wakeUpsOf(sequelize, { prefix: 'two_', schema: 'apart' }).announce('events');
    await wakeUpsOf(sequelize, { prefix: 'one_' }).announce('events');
    await until(() => [here, there, elsewhere].every(({ heard }) => heard.length > 0));
    expect([here.heard, there.heard, elsewhere.heard]).to.deep.equal([['events'], ['work'], ['events']]);
  });

  it('find a channel for the longest names that Postgres takes', async () => {
    const longest = { schema: 's'.repeat(63), prefix: 'p'.repeat(40) };
    const other = { ...longest, prefix: 'q'.repeat(40) };
    expect(Buffer.byteLength(channelOf(longest))).to.be.at.most(63);
    expect(channelOf(longest)).to.not.equal(channelOf(other));
    const { heard } = await listenTo(wakeUpsOf(sequelize, longest));
    await wakeUpsOf(sequelize, longest).announce('work');
    await until(() => heard.length === 1);
  });

  it('leave out what a later version may announce', async () => {
    const { heard } = await listenTo(wakeUpsOf(sequelize));
    await sequelize.query(`SELECT pg_notify('hookline_wake_ups', 'coffee')`);
    await wakeUpsOf(sequelize).announce('work');
    await until(() => heard.length > 0);
    expect(heard).to.deep.equal(['work']);
  });

  it('leave the whole pool to the app', async () => {
    const narrow = connection.another({ pool: { max: 1, acquire: 1_000 } });
    const wakeUps = wakeUpsOf(narrow);
    const { heard } = await narrow.transaction(async (transaction) => {
      const listening = await listenTo(wakeUps);
      await narrow.query('SELECT 1', { transaction });
      return listening;
    });
    await wakeUps.announce('events');
    await until(() => heard.length > 0);
    expect(await listeners()).to.have.length(1);
  });

  it('go out at once while a transaction of the app is open', async () => {
    const wide = connection.another({ pool: { max: 2 } });
    const wakeUps = wakeUpsOf(wide);
    const { heard } = await listenTo(wakeUps);
    const transaction = await wide.transaction();
    await wakeUps.announce('events');
    await until(() => heard.length > 0);
    await transaction.rollback();
    expect(heard).to.deep.equal(['events']);
  });

  describe('on a connection that is lost', () => {
    it('connect again by themselves, and tell of both what may have been missed', async () => {
      const wakeUps = wakeUpsOf(sequelize);
      const { heard } = await listenTo(wakeUps);
      expect(heard).to.deep.equal([]);
      const before = await listeners();
      await terminateListeners();
      await until(() => heard.length === 2);
      expect(heard).to.deep.equal(['events', 'work']);
      const now = await listeners();
      expect(now).to.have.length(1).and.to.not.deep.equal(before);
      await wakeUps.announce('work');
      await until(() => heard.length === 3);
    });

    it('notice that nothing gets through any more', async () => {
      const proxy = await openTcpProxy(connection.url);
      const behind = new Sequelize(proxy.url, { logging: false });
      const { heard } = await listenTo(quickWakeUps(behind));
      proxy.freeze();
      await until(() => heard.length === 2);
      await wakeUpsOf(sequelize).announce('work');
      await until(() => heard.length === 3);
      for (const end of endings.splice(0)) await end();
      await behind.close();
      await proxy.close();
    });

    it('go on trying where the database was away from the start', async () => {
      const gate = await openTcpProxy(connection.url);
      await gate.close();
      const behind = new Sequelize(gate.url, { logging: false });
      const { heard } = await listenTo(quickWakeUps(behind));
      expect(await listeners()).to.deep.equal([]);
      const proxy = await openTcpProxy(connection.url, Number(new URL(gate.url).port));
      await until(() => heard.length === 2);
      expect(heard).to.deep.equal(['events', 'work']);
      for (const end of endings.splice(0)) await end();
      await proxy.close();
    });

    it('do not wait for a server that says nothing', async () => {
      const { server, url, sockets } = await silentServer();
      const nobody = new Sequelize(url, { logging: false });
      const { heard, end } = await listenTo(quickWakeUps(nobody, { firstTryMs: 30, deadlineMs: 60_000 }));
      await until(() => sockets.length === 1);
      await end();
      await until(() => sockets.every(({ closed }) => closed));
      expect(heard).to.deep.equal([]);
      server.close();
      await once(server, 'close');
    });
  });

  describe('when they end', () => {
    it('leave no connection, and call back no more', async () => {
      const wakeUps = wakeUpsOf(sequelize);
      const { heard, end } = await listenTo(wakeUps);
      expect(await listeners()).to.have.length(1);
      await end();
      await until(async () => (await listeners()).length === 0);
      await wakeUps.announce('work');
      const witness = await listenTo(wakeUps);
      await wakeUps.announce('work');
      await until(() => witness.heard.length > 0);
      expect(heard).to.deep.equal([]);
    });

    it('end once, however often they are asked to', async () => {
      const { end } = await listenTo(wakeUpsOf(sequelize));
      await Promise.all([end(), end()]);
      await end();
      await until(async () => (await listeners()).length === 0);
    });

    it('end between two tries to connect', async () => {
      const gate = await openTcpProxy(connection.url);
      await gate.close();
      const behind = new Sequelize(gate.url, { logging: false });
      const { end } = await listenTo(quickWakeUps(behind, { retryFromMs: 60_000, retryToMs: 60_000 }));
      await end();
    });

    it('keep no process alive by themselves', async () => {
      const program = `
        const { Sequelize } = await import('sequelize');
        const { sequelizeStore } = await import('@hookline/sequelize');
        const { wakeUps } = sequelizeStore(new Sequelize(process.env.URL, { logging: false }));
        await wakeUps.listen(() => {});
        console.log('listens');`;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
        cwd: ROOT,
        env: { ...process.env, URL: connection.url },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [said] = await once(child.stdout, 'data');
      expect(String(said)).to.equal('listens\n');
      const [code] = await once(child, 'close');
      expect(code).to.equal(0);
      await until(async () => (await listeners()).length === 0);
    });
  });

  describe('in an app with settings of its own', () => {
    it('connect where the app writes, also after the connection is lost', async () => {
      const { hostname: host, port, username, password, pathname } = new URL(connection.url);
      const write = { host, port: Number(port), username, password };
      const replicated = connection.another({
        database: pathname.slice(1),
        replication: { write, read: [{ ...write, port: 1 }] },
      });
      const { heard } = await listenTo(wakeUpsOf(replicated));
      await wakeUpsOf(sequelize).announce('work');
      await until(() => heard.length === 1);
      await terminateListeners();
      await until(() => heard.length === 3);
    });

    it('ask its beforeConnect hook for the password, as the pool does', async () => {
      const url = new URL(connection.url);
      const password = decodeURIComponent(url.password);
      url.password = 'expired';
      const rotating = new Sequelize(url.href, { logging: false });
      let asked = 0;
      rotating.addHook('beforeConnect', async (config: { password: unknown }) => {
        asked += 1;
        if (config.password === 'expired') config.password = password;
      });
      const { heard } = await listenTo(wakeUpsOf(rotating));
      expect(asked).to.equal(1);
      await wakeUpsOf(rotating).announce('work');
      await until(() => heard.length === 1);
      await rotating.close();
    });

    it('go without a connection where they are told to, and announce all the same', async () => {
      const wakeUps = wakeUpsOf(sequelize, { listen: false });
      const deaf = await listenTo(wakeUps);
      expect(await listeners()).to.deep.equal([]);
      const { heard } = await listenTo(wakeUpsOf(sequelize));
      await wakeUps.announce('events');
      await until(() => heard.length === 1);
      expect(deaf.heard).to.deep.equal([]);
      await deaf.end();
    });

    it('go without one where the instance has no insides to connect with', async () => {
      const bare = {
        getDialect: () => 'postgres',
        query: (sql: string, options: object) => sequelize.query(sql, options),
        transaction: () => sequelize.transaction(),
      };
      const { wakeUps } = sequelizeStore(bare);
      const end = await wakeUps?.listen(() => {});
      expect(await listeners()).to.deep.equal([]);
      await end?.();
    });
  });
});

/** Takes connections, and never says a word. */
async function silentServer(): Promise<{
  readonly server: Server;
  readonly url: string;
  readonly sockets: readonly Socket[];
}> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, url: `postgres://nobody@127.0.0.1:${port}/none`, sockets };
}
