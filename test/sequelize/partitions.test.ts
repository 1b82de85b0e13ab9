import type { DeliveryRecord, EventRecord, Store } from '@hookline/core';
import { migrate, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { QueryTypes } from 'sequelize';
import { earliestId } from '../../packages/core/src/retention/earliest-id.js';
import { divideByTime } from '../bench/scale/partitions.js';
import { storeContract } from '../contracts/store-contract.js';
import { aClaim, aDelivered, aDelivery, aFanOut, anEvent, aRun } from '../contracts/store-records.js';
import { type Connection, connect, makeTables } from './connect.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
const FIRST_DAY = Date.UTC(2026, 10, 20);
const PAGE = { limit: 20 };

describe('a store on tables divided by time', () => {
  let connection: Connection;

  before(async () => {
    connection = await connect();
  });
  after(() => connection.close());

  storeContract('sequelize, divided by time', async () => {
    const tables = await makeTables(connection.sequelize);
    await divideByTime(connection.sequelize, {
      firstDay: new Date(FIRST_DAY),
      days: 1,
      partitions: 1,
      ...tables,
    });
    return sequelizeStore(connection.sequelize, tables);
  });
});

describe('tables divided by time, as docs/scaling.md has it', () => {
  let connection: Connection;
  let store: Store;
  const owed = new Map<string, { readonly event: EventRecord; readonly delivery: DeliveryRecord }>();

  before(async () => {
    connection = await connect();
    await migrate(connection.sequelize);
    store = sequelizeStore(connection.sequelize);
    await owe('before', FIRST_DAY - DAY_MS);
    await divideByTime(connection.sequelize, { firstDay: new Date(FIRST_DAY), days: 1, partitions: 3 });
    for (const [day, name] of ['first', 'second', 'third'].entries())
      await owe(name, FIRST_DAY + day * DAY_MS + 1_000);
  });
  after(() => connection.close());

  /** An event of that instant, and a delivery and a run that it owes. */
  async function owe(name: string, at: number): Promise<void> {
    const id = `${earliestId('evt', at)}0000000000000000`;
    const event = anEvent({ id, correlationId: id, occurredAt: at });
    const delivery = aDelivery(event, { id: `dlv_${id.slice(4)}1111111111111111`, nextAttemptAt: at });
    await store.events.insert([event]);
    const run = aRun(event, { id: `run_${id.slice(4)}_audit`, nextAttemptAt: at });
    await store.events.settle(aFanOut({ eventIds: [id], deliveries: [delivery], runs: [run] }));
    owed.set(name, { event, delivery });
  }

  async function rowsIn(table: string): Promise<number> {
    const [row] = await connection.sequelize.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${table}`,
      { type: QueryTypes.SELECT },
    );
    return row?.count ?? 0;
  }

  async function finish(name: string): Promise<void> {
    const id = owed.get(name)?.delivery.id ?? '';
    const claim = aClaim({ ids: [id], now: FIRST_DAY + 10 * DAY_MS });
    await store.deliveries.claim(claim);
    await store.deliveries.settle([aDelivered(id, claim.lease)]);
    await connection.sequelize.query('DELETE FROM hookline_runs_open');
  }

  it('keeps the rows there were, and puts each new one into its day', async () => {
    for (const table of ['hookline_events', 'hookline_deliveries', 'hookline_runs']) {
      expect(await rowsIn(`${table}_first`), table).to.equal(1);
      for (const day of ['20261120', '20261121', '20261122'])
        expect(await rowsIn(`${table}_${day}`), `${table} ${day}`).to.equal(1);
    }
  });

  it('pages through all days, newest first, with the indices that each table had', async () => {
    const newest = [...owed.values()].toReversed().map(({ delivery }) => delivery.id);
    const all = await store.deliveries.list(PAGE);
    expect(all.map(({ id }) => id)).to.deep.equal(newest);
    const rest = await store.deliveries.list({ ...PAGE, accountId: '42', before: newest[1] ?? '' });
    expect(rest.map(({ id }) => id)).to.deep.equal(newest.slice(2));
    const [row] = await connection.sequelize.query<{ missing: number }>(
      `SELECT count(*)::int AS missing FROM pg_inherits AS part
      JOIN pg_index AS index ON index.indrelid = part.inhparent
      WHERE NOT EXISTS (
        SELECT FROM pg_inherits AS child JOIN pg_index AS own ON own.indexrelid = child.inhrelid
        WHERE child.inhparent = index.indexrelid AND own.indrelid = part.inhrelid
      )`,
      { type: QueryTypes.SELECT },
    );
    expect(row?.missing).to.equal(0);
  });

  it('claims, settles and keeps attempts in the day of their event', async () => {
    await finish('first');
    const { delivery } = owed.get('first') ?? {};
    expect(await store.deliveries.get(delivery?.id ?? '', {})).to.include({ state: 'delivered' });
    expect(await store.deliveries.attempts(delivery?.id ?? '')).to.have.length(1);
    expect(await rowsIn('hookline_attempts_20261120')).to.equal(1);
  });

  it('stores what is owed once, however often it is fanned out', async () => {
    const { event, delivery } = owed.get('second') ?? {};
    if (!event || !delivery) throw new Error('Nothing was owed.');
    await connection.sequelize.query(
      `INSERT INTO hookline_outbox (event_id, leased_until) VALUES ('${event.id}', 0)`,
    );
    await store.events.settle(aFanOut({ eventIds: [event.id], deliveries: [delivery] }));
    expect(await rowsIn('hookline_deliveries_20261121')).to.equal(1);
  });

  it('reads one partition for one id, and for all that an event became', async () => {
    const id = owed.get('second')?.event.id ?? '';
    const lines = await connection.sequelize.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT FROM hookline_deliveries WHERE id >= 'dlv_${id.slice(4)}' AND id < 'dlv_${id.slice(4)}~'`,
      { type: QueryTypes.SELECT },
    );
    const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
    expect(plan).to.include('hookline_deliveries_20261121').and.to.not.include('20261120');
  });

  it('drops what nothing is owed of, and only that', async () => {
    const dropBefore = (day: string) => connection.sequelize.query(`CALL hookline_drop_before('${day}')`);
    await finish('before');
    await dropBefore('2026-11-21');
    for (const name of ['before', 'first'])
      expect(await store.events.get(owed.get(name)?.event.id ?? '', {}), name).to.equal(null);
    const refusal = await dropBefore('2026-11-22').catch((error: Error) => error.message);
    expect(refusal).to.include('still owed');
    expect(await store.events.get(owed.get('second')?.event.id ?? '', {})).to.not.equal(null);
    expect(await store.deliveries.list(PAGE)).to.have.length(2);
  });
});

describe('dividing tables that somebody holds', () => {
  let connection: Connection;

  before(async () => {
    connection = await connect();
    await migrate(connection.sequelize);
  });
  after(() => connection.close());

  it('gives up after three seconds, and does it when it is called again', async () => {
    const division = { firstDay: new Date(FIRST_DAY), days: 1, partitions: 1 };
    const another = connection.another();
    const holding = await another.transaction();
    await another.query('SELECT FROM hookline_runs', { transaction: holding });
    const refusal = await divideByTime(connection.sequelize, division).catch((error: Error) => error.message);
    expect(refusal).to.include('lock timeout');
    await holding.commit();
    await connection.sequelize.query(`CALL hookline_divide('2026-11-20')`);
    await connection.sequelize.query(`CALL hookline_add_partitions('2026-11-20', 1)`);
    const event = anEvent({ id: `${earliestId('evt', FIRST_DAY)}0000000000000000` });
    await sequelizeStore(connection.sequelize).events.insert([event]);
    expect(await sequelizeStore(connection.sequelize).events.get(event.id, {})).to.deep.equal(event);
  }).timeout(10_000);
});
