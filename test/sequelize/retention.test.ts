import type { Clock, Prunable, Store } from '@hookline/core';
import { migrate, type SequelizeLike, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { QueryTypes } from 'sequelize';
import { earliestId } from '../../packages/core/src/retention/earliest-id.js';
import { Retention } from '../../packages/core/src/retention/prune-rows.js';
import { resolveRetention } from '../../packages/core/src/retention/retention-policy.js';
import { aClaim, aDelivered, aDelivery, aFanOut, anEvent, NOW } from '../contracts/store-records.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { type Connection, connect } from './connect.js';

const DAY_MS = 86_400_000;
const OLD = NOW - 40 * DAY_MS;

/** Events of the same instant: 50,000 were exhausted, 45,000 delivered, and 5,000 deliveries are still owed. */
const ROWS = `
INSERT INTO hookline_events (id, type, account_id, visibility, occurred_at, payload, subject_type, subject_id, causation_id, correlation_id, depth) SELECT '${earliestId('evt', OLD)}' || lpad(n::text, 16, '0'), 'message.created', '42', 'subscribable', ${OLD}, repeat('{"a":1}', 30), 'Message', n::text, NULL, 'evt_' || n, 0
  FROM generate_series(1, 100000) n;
INSERT INTO hookline_deliveries (id, event_id, event_type, webhook_id, account_id, state, attempt_count, scheduled_attempt_count, manual, next_attempt_at, reason, created_at, finalized_at) SELECT '${earliestId('dlv', OLD)}' || lpad(n::text, 16, '0') || repeat('0', 16), '${earliestId('evt', OLD)}' || lpad(n::text, 16, '0'), 'message.created', 'wh_1', '42',
  CASE WHEN n <= 50000 THEN 'exhausted' WHEN n <= 95000 THEN 'delivered' ELSE 'pending' END, 1, 1, false,
  CASE WHEN n > 95000 THEN ${OLD} END, NULL, ${OLD}, CASE WHEN n <= 95000 THEN ${OLD} END FROM generate_series(1, 100000) n;
INSERT INTO hookline_deliveries_open (id, state, next_attempt_at, webhook_id) SELECT id, state, next_attempt_at, webhook_id FROM hookline_deliveries WHERE state <> 'delivered';
INSERT INTO hookline_attempts SELECT 'att_' || n, '${earliestId('dlv', OLD)}' || lpad(n::text, 16, '0') || repeat('0', 16), 1, 'succeeded', NULL, NULL, ${OLD}, 1, 200, '{}', 'ok'
  FROM generate_series(1, 100000) n;
INSERT INTO hookline_runs (id, event_id, listener, state, attempt_count, next_attempt_at, last_error, created_at, finalized_at) SELECT '${earliestId('run', OLD)}' || lpad(n::text, 16, '0') || '_L', '${earliestId('evt', OLD)}' || lpad(n::text, 16, '0'), 'L', 'succeeded', 1, NULL, NULL, ${OLD}, ${OLD}
  FROM generate_series(50001, 70000) n;
INSERT INTO hookline_event_keys SELECT '42', 'key_' || n, '${earliestId('evt', OLD)}' || lpad(n::text, 16, '0') FROM generate_series(1, 20000) n;
INSERT INTO hookline_receipts SELECT '${earliestId('rct', OLD)}' || lpad(n::text, 16, '0'), 'github', 'key_' || n, 'evt_' || n, ${OLD}, 'POST', '/', '{}', ''
  FROM generate_series(1, 20000) n;
ANALYZE`;

/** Rests end at once. */
const clock: Clock = {
  now: () => NOW,
  after: (_delayMs, callback) => {
    const timer = setImmediate(callback);
    return () => clearImmediate(timer);
  },
};

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

const flatten = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flatten)];

describe('retention in Postgres', () => {
  let connection: Connection;

  const select = async <Row extends object>(sql: string): Promise<readonly Row[]> =>
    connection.sequelize.query<Row>(sql, { type: QueryTypes.SELECT });
  const count = async (table: string, condition = 'true'): Promise<number> => {
    const [row] = await select<{ count: string }>(
      `SELECT count(*) FROM hookline_${table} WHERE ${condition}`,
    );
    return Number(row?.count);
  };

  before(async () => {
    connection = await connect();
    await migrate(connection.sequelize);
    await connection.sequelize.query(ROWS);
  });
  after(() => connection.close());

  const policy = resolveRetention();
  const logger = new RecordingLogger();

  /** Each statement is explained before it runs. */
  function explainingStore(plans: Plan[]): Store {
    const { sequelize } = connection;
    const explaining: SequelizeLike = {
      getDialect: () => 'postgres',
      transaction: () => sequelize.transaction(),
      query: async (sql, options) => {
        const rows = await sequelize.query(`EXPLAIN (FORMAT JSON) ${sql}`, options);
        const [explained] = rows as unknown as readonly { 'QUERY PLAN': readonly { Plan: Plan }[] }[];
        for (const { Plan: plan } of explained?.['QUERY PLAN'] ?? []) plans.push(...flatten(plan));
        return sequelize.query(sql, options);
      },
    };
    return sequelizeStore(explaining);
  }

  it('holds nobody up: only the rows that go are locked, and rows in other hands are passed over', async () => {
    const { sequelize } = connection;
    const transaction = await sequelize.transaction();
    const held: SequelizeLike = {
      getDialect: () => 'postgres',
      transaction: () => sequelize.transaction(),
      query: (sql, options) => sequelize.query(sql, { ...options, transaction }),
    };
    const endedBefore = NOW - 30 * DAY_MS;
    const bounds = { endedBefore, exhaustedBefore: NOW - 90 * DAY_MS, limit: 1_000 };
    const request = {
      ...bounds,
      kind: 'deliveries',
      after: `${earliestId('dlv', OLD)}0000000000050000${'0'.repeat(16)}`,
      until: earliestId('dlv', endedBefore),
    } as const;
    try {
      expect(await sequelizeStore(held).prune(request)).to.include({ removed: 1_000 });
      const impatient = connection.another({ dialectOptions: { options: '-c lock_timeout=300' } });
      const store = sequelizeStore(impatient);
      expect(await store.prune(request), 'the same rows').to.include({ removed: 0 });
      const claim = aClaim({ limit: 10 });
      const [first, second] = await store.deliveries.claim(claim);
      const id = String(first?.delivery.id);
      await store.deliveries.settle([aDelivered(id, claim.lease)]);
      const rest = { id: String(second?.delivery.id), lease: claim.lease };
      expect(await store.deliveries.renew([rest], NOW + 1)).to.deep.equal([rest.id]);
      await store.deliveries.release([rest.id], claim.lease);
      await store.events.insert([anEvent()]);
      const exhausted = `${earliestId('dlv', OLD)}0000000000000001${'0'.repeat(16)}`;
      expect(await store.deliveries.redeliver(exhausted, {}, NOW)).to.include({ state: 'pending' });
    } finally {
      await transaction.rollback();
    }
  });

  it('passes over a delivery whose open row somebody else has locked', async () => {
    const prefix = 'held_';
    await migrate(connection.sequelize, { prefix });
    const store = sequelizeStore(connection.another({ dialectOptions: { options: '-c lock_timeout=300' } }), {
      prefix,
    });
    const event = anEvent({ id: `${earliestId('evt', OLD)}${'0'.repeat(16)}` });
    const given = { state: 'cancelled', nextAttemptAt: null, finalizedAt: OLD } as const;
    const deliveries = [aDelivery(event, given), aDelivery(event, given)];
    await store.events.insert([event]);
    await store.events.settle(aFanOut({ eventIds: [event.id], deliveries }));
    const until = earliestId('dlv', NOW);
    const ages = { endedBefore: NOW, exhaustedBefore: NOW };
    const prune = () => store.prune({ kind: 'deliveries', after: '', until, limit: 10, ...ages });
    await connection.sequelize.transaction(async (transaction) => {
      const id = String(deliveries[0]?.id);
      const hold = `SELECT FROM held_deliveries_open WHERE id = '${id}' FOR UPDATE`;
      await connection.sequelize.query(hold, { transaction });
      expect(await prune()).to.deep.equal({ removed: 1, next: null });
      expect(await store.deliveries.get(id, {})).to.include({ state: 'cancelled' });
    });
    expect(await prune()).to.deep.equal({ removed: 1, next: null });
    const left = await select('SELECT id FROM held_deliveries_open');
    expect(left).to.deep.equal([]);
  });

  it('removes what is old of 100,000 events in short statements, none of which reads a table from end to end', async function () {
    this.timeout(60_000);
    const plans: Plan[] = [];
    const took: Record<Prunable, number[]> = {
      deliveries: [],
      runs: [],
      receipts: [],
      rejections: [],
      events: [],
    };
    const explaining = explainingStore(plans);
    const bare = sequelizeStore(connection.sequelize);
    const owed = await count('deliveries', 'next_attempt_at IS NOT NULL');
    const prune: Store['prune'] = async (request) => {
      // explained now and then: at the beginning, among the kept, among the removed
      const store = took[request.kind].length % 25 === 0 ? explaining : bare;
      const startedAt = performance.now();
      const result = await store.prune(request);
      took[request.kind].push(performance.now() - startedAt);
      return result;
    };
    const retention = new Retention({ store: { prune }, clock, logger, random: () => 0, policy });

    const removed = 45_000 + 45_000 + 20_000 + 20_000;
    expect(await retention.prune()).to.equal(removed);

    const scanned = plans.flatMap((plan) =>
      plan['Node Type'] === 'Seq Scan' ? (plan['Relation Name'] ?? []) : [],
    );
    expect(plans).to.have.length.above(20);
    const empty = ['hookline_outbox', 'hookline_runs_open', 'hookline_rejections'];
    expect(
      scanned.filter((table) => !empty.includes(table)),
      'tables read from end to end',
    ).to.deep.equal([]);
    for (const [kind, times] of Object.entries(took)) {
      const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
      expect(median, `milliseconds of a batch of ${kind}`).to.be.below(100);
    }
    expect(await count('deliveries', `state = 'delivered' AND finalized_at < ${NOW}`)).to.equal(0);
    expect(await count('deliveries', 'next_attempt_at IS NOT NULL')).to.equal(owed);
    expect(await count('attempts')).to.be.within(55_000, 55_001);
    expect(await count('runs')).to.equal(0);
    expect(await count('receipts')).to.equal(0);
    expect(logger.of('info').at(-1)?.fields).to.deep.equal({
      removed: { deliveries: 45_000, runs: 20_000, receipts: 20_000, rejections: 0, events: 45_000 },
    });
  });

  it('finds nothing left in the next pass, and looks at the kept rows no second time', async () => {
    const store = sequelizeStore(connection.sequelize);
    let batches = 0;
    const prune: Store['prune'] = (request) => {
      batches += 1;
      return store.prune(request);
    };
    const retention = new Retention({ store: { prune }, clock, logger, random: () => 0, policy });
    expect(await retention.prune()).to.equal(0);
    const first = batches;
    expect(await retention.prune()).to.equal(0);
    expect(first, 'one look at 55,000 deliveries and as many events').to.be.within(110, 115);
    expect(batches - first).to.equal(5);
  });
});
