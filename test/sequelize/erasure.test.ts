import { type DeliveryRecord, type EventRecord, isHooklineError, type Store } from '@hookline/core';
import { migrate, type SequelizeLike, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { QueryTypes, Transaction } from 'sequelize';
import {
  aClaim,
  aDelivered,
  aDelivery,
  aFanOut,
  anEvent,
  aReceipt,
  aResult,
  aRun,
  aRunResult,
  NOW,
} from '../contracts/store-records.js';
import { expectError } from '../support/expect-error.js';
import { type Connection, connect } from './connect.js';

const ERASED = { state: 'cancelled', reason: 'event-erased' };

describe('erasure in Postgres', () => {
  let connection: Connection;
  let store: Store;

  before(async () => {
    connection = await connect({ pool: { max: 10 } });
    await migrate(connection.sequelize);
    store = sequelizeStore(connection.sequelize);
  });
  after(() => connection.close());

  const select = async <Row extends object>(sql: string): Promise<readonly Row[]> =>
    connection.sequelize.query<Row>(sql, { type: QueryTypes.SELECT });
  const countOf = async (from: string): Promise<number> => {
    const [row] = await select<{ count: string }>(`SELECT count(*) FROM ${from}`);
    return Number(row?.count);
  };

  async function owe(): Promise<{ event: EventRecord; delivery: DeliveryRecord }> {
    const event = anEvent();
    const delivery = aDelivery(event);
    await store.events.insert([event]);
    await store.events.settle(aFanOut({ eventIds: [event.id], deliveries: [delivery] }));
    return { event, delivery };
  }

  const take = async ({ id }: DeliveryRecord) => {
    const claim = aClaim({ ids: [id] });
    expect(await store.deliveries.claim(claim)).to.have.length(1);
    return claim.lease;
  };

  /** A store whose statements stay uncommitted, with the locks they took, until they are let go. */
  async function heldStore() {
    const { sequelize } = connection;
    const transaction = await sequelize.transaction();
    const letGo = () => transaction.commit();
    const held: SequelizeLike = {
      getDialect: () => 'postgres',
      // the store's own transaction is this one, and its end is put off
      transaction: async () => Object.assign(Object.create(transaction), { commit: async () => {} }),
      query: (sql, options) =>
        sql.startsWith('SET TRANSACTION')
          ? Promise.resolve()
          : sequelize.query(sql, { ...options, transaction }),
    };
    return { held: sequelizeStore(held), letGo };
  }

  /** Begins what has to wait for a lock, lets the holder go when it does, and answers what came of it. */
  async function waitFor<Result>(work: Promise<Result>, letGo: () => Promise<void>): Promise<Result> {
    const outcome = work.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const isWaiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    for (let tries = 0; (await select(isWaiting)).length === 0; tries++) {
      if (tries > 1_000) throw new Error('nobody waits for the lock');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await letGo();
    const ended = await outcome;
    if ('error' in ended) throw ended.error;
    return ended.value;
  }

  const bodiesOf = async ({ id }: DeliveryRecord) =>
    (await store.deliveries.attempts(id)).map(({ responseBody }) => responseBody);

  it('waits for an answer that is just being recorded, and erases it', async () => {
    const { event, delivery } = await owe();
    const lease = await take(delivery);
    const { held, letGo } = await heldStore();
    await held.deliveries.settle([aResult(delivery.id, lease)]);
    await waitFor(store.events.erase({ id: event.id }, NOW), letGo);
    expect(await bodiesOf(delivery)).to.deep.equal([null]);
    expect(await store.deliveries.get(delivery.id, {})).to.include(ERASED);
  });

  it('lets an answer that comes meanwhile wait, and keeps it out', async () => {
    const { event, delivery } = await owe();
    const lease = await take(delivery);
    const { held, letGo } = await heldStore();
    await held.events.erase({ id: event.id }, NOW);
    await waitFor(store.deliveries.settle([aDelivered(delivery.id, lease)]), letGo);
    expect(await bodiesOf(delivery)).to.deep.equal([null]);
    expect(await store.deliveries.get(delivery.id, {})).to.include(ERASED);
  });

  it('cancels what is just being fanned out', async () => {
    const event = anEvent();
    const delivery = aDelivery(event);
    await store.events.insert([event]);
    const { held, letGo } = await heldStore();
    await held.events.settle(aFanOut({ eventIds: [event.id], deliveries: [delivery], runs: [aRun(event)] }));
    await waitFor(store.events.erase({ id: event.id }, NOW), letGo);
    expect(await store.deliveries.get(delivery.id, {})).to.include(ERASED);
    expect(await store.runs.claim(aClaim())).to.deep.equal([]);
  });

  it('hands out nothing of an event that is erased between claim and read', async () => {
    const { event, delivery } = await owe();
    const { sequelize } = connection;
    const erasing: SequelizeLike = {
      getDialect: () => 'postgres',
      transaction: () => sequelize.transaction(),
      query: async (sql, options) => {
        const rows = await sequelize.query(sql, options);
        if (sql.includes('SKIP LOCKED')) await store.events.erase({ id: event.id }, NOW);
        return rows;
      },
    };
    const claim = aClaim({ ids: [delivery.id] });
    expect(await sequelizeStore(erasing).deliveries.claim(claim)).to.deep.equal([]);
    expect(await store.deliveries.get(delivery.id, {})).to.include(ERASED);
  });

  it('lets a fan-out that comes meanwhile owe nothing', async () => {
    const event = anEvent();
    const delivery = aDelivery(event);
    await store.events.insert([event]);
    const { held, letGo } = await heldStore();
    await held.events.erase({ id: event.id }, NOW);
    const fanOut = aFanOut({ eventIds: [event.id], deliveries: [delivery] });
    await waitFor(store.events.settle(fanOut), letGo);
    expect(await store.deliveries.get(delivery.id, {})).to.equal(null);
  });

  it('cancels what is just being redelivered', async () => {
    const { event, delivery } = await owe();
    await store.deliveries.settle([aDelivered(delivery.id, await take(delivery))]);
    const { held, letGo } = await heldStore();
    await held.deliveries.redeliver(delivery.id, {}, NOW);
    await waitFor(store.events.erase({ id: event.id }, NOW), letGo);
    expect(await store.deliveries.get(delivery.id, {})).to.include(ERASED);
  });

  it('refuses a redeliver that comes meanwhile', async () => {
    const { event, delivery } = await owe();
    await store.deliveries.settle([aDelivered(delivery.id, await take(delivery))]);
    const { held, letGo } = await heldStore();
    await held.events.erase({ id: event.id }, NOW);
    await expectError('EVENT_ERASED', () => waitFor(store.deliveries.redeliver(delivery.id, {}, NOW), letGo));
    expect(await store.deliveries.get(delivery.id, {})).to.include({ state: 'delivered' });
  });

  it('sees what it waited for also where the app chose REPEATABLE READ for its transactions', async () => {
    const { event, delivery } = await owe();
    const lease = await take(delivery);
    const strict = connection.another({ isolationLevel: Transaction.ISOLATION_LEVELS.REPEATABLE_READ });
    const { held, letGo } = await heldStore();
    await held.deliveries.settle([aResult(delivery.id, lease)]);
    await waitFor(sequelizeStore(strict).events.erase({ id: event.id }, NOW), letGo);
    expect(await bodiesOf(delivery)).to.deep.equal([null]);
  });

  it('erases all or nothing', async () => {
    const { event, delivery } = await owe();
    const { sequelize } = connection;
    const failing: SequelizeLike = {
      getDialect: () => 'postgres',
      transaction: () => sequelize.transaction(),
      query: (sql, options) =>
        sql.includes('attempts_held') ? Promise.reject(new Error('no more')) : sequelize.query(sql, options),
    };
    const failure = await sequelizeStore(failing)
      .events.erase({ id: event.id }, NOW)
      .catch((error: unknown) => error);
    expect(failure).to.have.property('message', 'no more');
    expect(await store.events.get(event.id, {})).to.deep.equal(event);
    expect(await store.deliveries.get(delivery.id, {})).to.deep.equal(delivery);
  });

  it('takes the text of errors out of runs', async () => {
    const event = anEvent();
    const [exhausted, retrying] = [aRun(event), aRun(event)];
    await store.events.insert([event]);
    await store.events.settle(aFanOut({ eventIds: [event.id], deliveries: [], runs: [exhausted, retrying] }));
    const { lease, ...claim } = aClaim();
    await store.runs.claim({ ...claim, lease });
    const ended = { state: 'exhausted', nextAttemptAt: null, finalizedAt: NOW } as const;
    await store.runs.settle([
      aRunResult(exhausted.id, lease, { ...ended, lastError: 'no user Ada' }),
      aRunResult(retrying.id, lease, { lastError: 'no user Ada' }),
    ]);
    await store.events.erase({ id: event.id }, NOW);
    const rows = await select(
      `SELECT state, last_error FROM hookline_runs WHERE event_id = '${event.id}' ORDER BY id`,
    );
    expect(rows).to.deep.equal([
      { state: 'exhausted', last_error: null },
      { state: 'cancelled', last_error: 'event-erased' },
    ]);
  });

  it('leaves the content in no column of any table', async () => {
    const secret = 'ada@example.com';
    const payload = `{"type":"a","timestamp":"2026-01-01T00:00:00.000Z","account":{"id":1},"data":"${secret}"}`;
    const event = anEvent({ payload });
    const delivery = aDelivery(event);
    const receipt = aReceipt(event, { headers: { from: secret }, body: Buffer.from(secret) });
    await store.receipts.record([{ event, receipt }]);
    await store.events.settle(aFanOut({ eventIds: [event.id], deliveries: [delivery], runs: [aRun(event)] }));
    const lease = await take(delivery);
    const result = aResult(delivery.id, lease);
    const echo = { failureMessage: secret, responseBody: secret, responseHeaders: { echo: secret } };
    await store.deliveries.settle([{ ...result, attempt: result.attempt && { ...result.attempt, ...echo } }]);
    const claim = aClaim();
    const [claimed] = await store.runs.claim(claim);
    await store.runs.settle([aRunResult(String(claimed?.run.id), claim.lease, { lastError: secret })]);
    await store.events.erase({ id: event.id }, NOW);
    for (const table of [
      'events',
      'outbox',
      'deliveries',
      'deliveries_open',
      'attempts',
      'runs',
      'runs_open',
      'receipts',
    ]) {
      const rows = await select<{ row: string }>(
        `SELECT item::text || encode(item::text::bytea, 'escape') AS row FROM hookline_${table} AS item`,
      );
      const hex = Buffer.from(secret).toString('hex');
      const telling = rows.filter(({ row }) => row.includes(secret) || row.includes(hex));
      expect(telling, table).to.deep.equal([]);
    }
  });

  it('erases a subject with thousands of events', async () => {
    const events = Array.from({ length: 2_500 }, () => anEvent({ subjectType: 'User', subjectId: 'ada' }));
    await store.events.insert(events);
    expect(await store.events.erase({ subjectType: 'User', subjectId: 'ada' }, NOW)).to.equal(2_500);
    const left = `hookline_events WHERE subject_type = 'User' AND erased_at IS NULL`;
    expect(await countOf(left)).to.equal(0);
    expect(
      await countOf(`hookline_outbox JOIN hookline_events ON id = event_id WHERE subject_type = 'User'`),
    ).to.equal(0);
  });

  it('leaves nothing behind, and no deadlock, while fan-outs, attempts and redeliveries go on', async function () {
    this.timeout(60_000);
    const subject = { subjectType: 'Storm', subjectId: '1' };
    const events = Array.from({ length: 150 }, () => anEvent(subject));
    const deliveries = events.flatMap((event) => [aDelivery(event), aDelivery(event), aDelivery(event)]);
    await store.events.insert(events);
    let isOver = false;
    const unexpected: unknown[] = [];
    const tolerate = (error: unknown) => {
      const isMeant = isHooklineError(error) && /(STATE_CONFLICT|EVENT_ERASED)$/.test(error.code);
      if (!isMeant) unexpected.push(error);
    };
    const again = async (work: () => Promise<unknown>) => {
      while (!isOver) await work().catch(tolerate);
    };
    const fanOutAll = async () => {
      for (let at = 0; at < events.length; at += 10) {
        const eventIds = events.slice(at, at + 10).map(({ id }) => id);
        const owed = deliveries.filter(({ eventId }) => eventIds.includes(eventId));
        await store.events.settle(aFanOut({ eventIds, deliveries: owed })).catch(tolerate);
      }
    };
    const work = async () => {
      const claim = aClaim({ limit: 20 });
      const claimed = await store.deliveries.claim(claim);
      const results = claimed.map(({ delivery: { id } }, i) =>
        i % 2 ? aDelivered(id, claim.lease) : aResult(id, claim.lease),
      );
      await store.deliveries.settle(results.reverse());
    };
    const redeliver = () => {
      const { id } = deliveries[Math.floor(Math.random() * deliveries.length)] as DeliveryRecord;
      return store.deliveries.redeliver(id, {}, NOW);
    };
    const eraseAll = async () => {
      for (const { id } of events.slice(0, 75)) await store.events.erase({ id }, NOW).catch(tolerate);
      await store.events.erase(subject, NOW).catch(tolerate);
    };
    const crowd = [again(work), again(work), again(redeliver), again(redeliver)];
    await Promise.all([fanOutAll(), eraseAll(), eraseAll()]);
    isOver = true;
    await Promise.all(crowd);

    expect(unexpected).to.deep.equal([]);
    const apart = `hookline_deliveries AS delivery FULL JOIN hookline_deliveries_open AS open USING (id)
      WHERE delivery.state = 'delivered' AND open.state IS NOT NULL
        OR delivery.state <> 'delivered' AND (delivery.state, delivery.next_attempt_at) IS DISTINCT FROM (open.state, open.next_attempt_at)
        OR delivery.state IS NULL`;
    expect(await countOf(apart), 'rows that do not say the same of a delivery').to.equal(0);
    const erased = `hookline_events AS event JOIN hookline_deliveries AS delivery ON event_id = event.id`;
    const ofSubject = `subject_type = 'Storm'`;
    expect(await countOf(`hookline_events WHERE ${ofSubject} AND erased_at IS NULL`)).to.equal(0);
    expect(await countOf(`${erased} WHERE ${ofSubject} AND next_attempt_at IS NOT NULL`)).to.equal(0);
    const attempts = `${erased} JOIN hookline_attempts ON delivery_id = delivery.id WHERE ${ofSubject}`;
    expect(await countOf(attempts), 'attempts were made').to.be.above(0);
    const telling = `${attempts} AND num_nonnulls(response_body, response_headers, failure_message) > 0`;
    expect(await countOf(telling)).to.equal(0);
  });
});
