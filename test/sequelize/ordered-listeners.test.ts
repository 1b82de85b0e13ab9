import {
  createHub,
  type Event,
  type Hub,
  type HubOptions,
  type ListenerContext,
  type Store,
} from '@hookline/core';
import { sequelizeStore, type TableOptions } from '@hookline/sequelize';
import { expect } from 'chai';
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { RecordingLogger } from '../support/recording-logger.js';
import { until } from '../support/until.js';
import { type Connection, connect, makeTables } from './connect.js';

const LISTENER = { lane: 'async', name: 'books', order: 'subject', retry: [50, 50] } as const;
const SUBJECTS = ['a', 'b', 'c'];

describe('a listener in order on Postgres', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let tables: TableOptions;
  let hubs: Hub[];

  before(async () => {
    connection = await connect({ pool: { max: 10 } });
    sequelize = connection.sequelize;
    await sequelize.query('CREATE TABLE entries (id serial, subject text, n int)');
  });
  after(() => connection.close());

  beforeEach(async () => {
    tables = await makeTables(sequelize);
    hubs = [];
    await sequelize.query('TRUNCATE entries');
  });
  afterEach(() => Promise.all(hubs.map((hub) => hub.close())));

  function open(options: HubOptions = {}, change: (store: Store) => Store = (store) => store): Hub {
    const store = change(sequelizeStore(sequelize, tables));
    const hub = createHub({ store, logger: new RecordingLogger(), onListenerError: () => {}, ...options });
    hubs.push(hub);
    return hub;
  }
  const about = (id: string, n: number) => ({
    ...{ type: 'order.updated', data: { n } },
    subject: { type: 'Order', id },
  });
  const runs = (): Promise<readonly object[]> =>
    sequelize.query(
      `SELECT state, attempt_count AS attempts, hold FROM ${tables.prefix}runs ORDER BY event_id`,
      { type: QueryTypes.SELECT },
    );
  const numbersOf = (seen: readonly (readonly [string, number])[], subject: string) =>
    seen.filter(([of]) => of === subject).map(([, n]) => n);

  it('keeps the order of each subject over two processes and a first that fails', async () => {
    const seen: [string, number][] = [];
    const running = new Set<string>();
    const overlaps: string[] = [];
    const handle = async ({ subject, data }: Event) => {
      const [id, { n }] = [String(subject?.id), data as { readonly n: number }];
      if (running.has(id)) overlaps.push(`${id} ${n}`);
      running.add(id);
      await sequelize.query('SELECT 1');
      running.delete(id);
      const isFirst = n === 0 && numbersOf(seen, id).length < 2;
      seen.push([id, n]);
      if (isFirst) throw new Error('boom');
    };
    // each turn comes by itself, and needs no sweep
    const pair = [open({ sweepIntervalMs: 60_000 }), open({ sweepIntervalMs: 60_000 })];
    for (const hub of pair) hub.on('order.*', handle, LISTENER);
    for (const hub of pair) await hub.start();
    for (let n = 0; n < 12; n++) {
      for (const subject of SUBJECTS) {
        const { type, data, ...options } = about(subject, n);
        await pair[(n + subject.length) % 2]?.dispatch(type, data, options);
      }
    }
    await until(() => seen.length === SUBJECTS.length * 14);
    for (const hub of pair) await hub.drain();
    const expected = [0, 0, ...Array.from({ length: 12 }, (_, n) => n)];
    for (const subject of SUBJECTS) expect(numbersOf(seen, subject)).to.deep.equal(expected);
    expect(overlaps).to.deep.equal([]);
    const stored = await runs();
    expect(stored).to.have.length(SUBJECTS.length * 12);
    expect(stored.slice(3), 'waiting is no attempt').to.deep.equal(
      stored.slice(3).map(() => ({ state: 'succeeded', attempts: 1, hold: null })),
    );
  });

  it('is in the order in which the events were stored, whatever their ids say', async () => {
    const hub = open({ roles: ['web'] });
    const seen: number[] = [];
    await hub.dispatchAll([about('a', 1), about('a', 2), about('a', 3)]);
    await hub.close();
    // the clock of who stored the last was ahead, say
    await sequelize.query(
      `UPDATE ${tables.prefix}events SET stored_as = -stored_as WHERE id = (SELECT max(id) FROM ${tables.prefix}events)`,
    );
    const worker = open();
    worker.on('order.*', ({ data }) => void seen.push((data as { readonly n: number }).n), LISTENER);
    await worker.drain();
    expect(seen).to.deep.equal([3, 1, 2]);
  });

  for (const isTransactional of [false, true]) {
    it(`goes on in another process where one died before the next had its turn, ${isTransactional ? 'in a transaction' : 'without one'}`, async () => {
      const seen: number[] = [];
      const handle = async ({ data }: Event, context?: ListenerContext<Transaction>) => {
        const { n } = data as { readonly n: number };
        await sequelize.query(`INSERT INTO entries (subject, n) VALUES ('a', ${n})`, {
          transaction: context?.transaction ?? null,
        });
        seen.push(n);
      };
      const listen = (hub: Hub) =>
        isTransactional
          ? hub.on('order.*', handle, { ...LISTENER, transaction: true })
          : hub.on('order.*', (event: Event) => handle(event), LISTENER);
      let turns = 0;
      // dead as soon as the first run has settled: no turn is given, and none is looked for
      const dying = open({}, (store) => withoutTurns(store, () => turns++ === 0));
      listen(dying);
      await dying.dispatchAll([about('a', 1), about('a', 2), about('a', 3)]);
      await until(async () => turns > 1);
      expect(seen).to.deep.equal([1]);
      expect(await runs()).to.deep.equal([
        { state: 'succeeded', attempts: 1, hold: null },
        { state: 'pending', attempts: 0, hold: 'predecessor' },
        { state: 'pending', attempts: 0, hold: 'predecessor' },
      ]);
      const next = open();
      listen(next);
      await next.drain();
      expect(seen).to.deep.equal([1, 2, 3]);
      const [counted] = await sequelize.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM entries',
        { type: QueryTypes.SELECT },
      );
      expect(counted?.count).to.equal(3);
    });
  }

  it('asks the database for no turn where a listener has no order, and events have a subject', async () => {
    let asked = 0;
    const hub = open({}, (store) => withoutTurns(store, () => ++asked > 0));
    const seen: number[] = [];
    hub.on('order.*', ({ data }) => void seen.push((data as { readonly n: number }).n), {
      lane: 'async',
      name: 'books',
    });
    await hub.dispatchAll([about('a', 1), about('a', 2)]);
    await hub.drain();
    expect(seen.sort()).to.deep.equal([1, 2]);
    expect(asked).to.equal(0);
  });
});

/** The store of a process that gives turns while `isAlive`, and then none. */
function withoutTurns(store: Store, isAlive: () => boolean): Store {
  const { runs } = store;
  const changed: Store['runs'] = {
    claim: (request) => runs.claim(request),
    settle: (results) => runs.settle(results),
    settleWith: (work) => runs.settleWith(work),
    renew: (claims, leasedUntil) => runs.renew(claims, leasedUntil),
    release: (ids, lease) => runs.release(ids, lease),
    promote: (turns, now) => (isAlive() ? runs.promote(turns, now) : Promise.reject(new Error('it died'))),
    waitingGroups: async () => [],
  };
  return { ...store, runs: changed };
}
