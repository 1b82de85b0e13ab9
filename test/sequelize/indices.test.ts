import type { Store } from '@hookline/core';
import { migrate, type SequelizeLike, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { QueryTypes } from 'sequelize';
import { type Database, openDatabase } from '../../packages/sequelize/src/database.js';
import { findDue, lookAt, removeChanges } from '../../packages/sequelize/src/trigger/changes-table.js';
import {
  aClaim,
  aDelivered,
  aDelivery,
  aFanOut,
  anEvent,
  aReceipt,
  aRun,
  aRunResult,
  aWebhook,
  NOW,
} from '../contracts/store-records.js';
import { type Connection, connect, makeTables } from './connect.js';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Plan[];
}

type Explained = readonly [{ readonly 'QUERY PLAN': readonly [{ readonly Plan: Plan }] }];

/** A year of a middling app in small: nearly all is done, little is due. */
const ROWS = `
INSERT INTO hookline_events (id, type, account_id, visibility, occurred_at, payload, subject_type, subject_id, causation_id, correlation_id, depth) SELECT 'evt_' || n, CASE n % 1000 WHEN 7 THEN 'rare' ELSE 'common' END, (n % 100)::text, 'subscribable', n, '{}', 'Thing', (n % 900)::text, NULL, 'evt_' || n, 0
  FROM generate_series(10001, 30000) n;
INSERT INTO hookline_outbox SELECT 'evt_' || n, 0, false FROM generate_series(29001, 30000) n;
INSERT INTO hookline_webhooks (id, account_id, url, subscriptions, description, active, secrets, created_at, updated_at) SELECT 'wh_' || n, (n % 100)::text, 'https://example.com', '["*"]', NULL, n % 3 > 0, '[]', 0, 0
  FROM generate_series(10001, 12000) n;
INSERT INTO hookline_deliveries (id, event_id, event_type, webhook_id, account_id, state, attempt_count, scheduled_attempt_count, manual, next_attempt_at, reason, created_at, finalized_at) SELECT 'dlv_' || n, 'evt_' || n, CASE n % 1000 WHEN 7 THEN 'rare' ELSE 'common' END, 'wh_' || 10001 + n % 2000, (n % 100)::text,
  CASE WHEN n > 29000 THEN 'pending' WHEN n % 200 = 0 THEN 'exhausted' ELSE 'delivered' END, 1, 1, false,
  CASE WHEN n > 29000 THEN n END, NULL, 0, CASE WHEN n <= 29000 THEN 1 END FROM generate_series(10001, 30000) n;
INSERT INTO hookline_deliveries_open (id, state, next_attempt_at, webhook_id) SELECT id, state, next_attempt_at, webhook_id FROM hookline_deliveries WHERE state <> 'delivered';
INSERT INTO hookline_attempts SELECT 'att_' || n, 'dlv_' || n, 1, 'succeeded', NULL, NULL, 0, 1, 200, NULL, NULL
  FROM generate_series(10001, 30000) n;
INSERT INTO hookline_runs (id, event_id, listener, state, attempt_count, next_attempt_at, last_error, created_at) SELECT 'run_' || n || '_L', 'evt_' || n, 'L', CASE WHEN n > 29000 THEN 'pending' ELSE 'succeeded' END, 1,
  CASE WHEN n > 29000 THEN n END, NULL, 0 FROM generate_series(10001, 30000) n;
INSERT INTO hookline_runs_open SELECT id, state, next_attempt_at FROM hookline_runs WHERE state <> 'succeeded';
INSERT INTO hookline_changes (source, transaction_id, occurred_at, after, failed_count, retry_at)
  SELECT CASE n % 1000 WHEN 7 THEN 'rare' ELSE 'common' END, n, n, '{}', CASE n % 100 WHEN 0 THEN 1 ELSE 0 END, 0 FROM generate_series(10001, 30000) n;
INSERT INTO hookline_receipts SELECT 'rct_' || n, 'github', 'key_' || n, 'evt_' || n, 0, 'POST', '/', '{}', '' FROM generate_series(10001, 30000) n;
ANALYZE`;

describe('indices', () => {
  let connection: Connection;
  let store: Store;
  let database: Database;
  const plans: Plan[] = [];

  before(async () => {
    connection = await connect();
    await migrate(connection.sequelize);
    await connection.sequelize.query(ROWS);
    // On tables this small the planner would read some from end to end, and rightly.
    await connection.sequelize.query(
      `ALTER DATABASE ${connection.sequelize.getDatabaseName()} SET enable_seqscan = off`,
    );
    const sequelize = connection.another();
    const explaining: SequelizeLike = {
      getDialect: () => 'postgres',
      transaction: () => sequelize.transaction(),
      query: async (sql, options) => {
        if (sql.startsWith('SET ')) return sequelize.query(sql, options);
        const explained = await sequelize.query(`EXPLAIN (FORMAT JSON) ${sql}`, options);
        const [
          {
            'QUERY PLAN': [{ Plan: plan }],
          },
        ] = explained as unknown as Explained;
        plans.push(...flatten(plan));
        return sequelize.query(sql, options);
      },
    };
    store = sequelizeStore(explaining);
    database = openDatabase(explaining);
  });
  after(() => connection.close());
  beforeEach(() => {
    plans.length = 0;
  });

  const flatten = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flatten)];
  const page = { limit: 20 };
  const mine = { accountId: '7' };
  const ids = ['dlv_29500', 'dlv_29501'];
  const run = 'run_29500_L';
  const held = (claimed: readonly string[]) => claimed.map((id) => ({ id, lease: 'mine' }));

  /** What each query of the store is, and the indices that find its rows; none where only the rows to insert are read. */
  const queries: Record<string, [string, () => Promise<unknown>]> = {
    'insert events': ['', () => store.events.insert([anEvent()])],
    'replace events': [
      'events_pkey, outbox_pkey',
      () => store.events.insert([anEvent()], { replacing: ['evt_29510', 'evt_29511'] }),
    ],
    'claim events': ['outbox_pkey', () => store.events.claim(aClaim({ limit: 20 }))],
    'claim events by id': ['outbox_pkey', () => store.events.claim(aClaim({ ids: ['evt_29500'] }))],
    'renew events': ['outbox_pkey', () => store.events.renew(['evt_29502', 'evt_29503'], NOW)],
    'release events': ['outbox_pkey', () => store.events.release(['evt_29502'], { isHeard: true })],
    'settle events': [
      'outbox_pkey',
      () => {
        const event = anEvent({ id: 'evt_29501' });
        return store.events.settle(
          aFanOut({
            eventIds: [event.id],
            deliveries: [aDelivery(event)],
            runs: [aRun(event)],
          }),
        );
      },
    ],
    'get an event': ['events_pkey', () => store.events.get('evt_20000', {})],
    'list events': ['events_pkey', () => store.events.list(page)],
    'list events after a cursor': ['events_pkey', () => store.events.list({ ...page, before: 'evt_15000' })],
    'list events of an account': ['events_account', () => store.events.list({ ...page, ...mine })],
    'list events of no account': ['events_account', () => store.events.list({ ...page, accountId: null })],
    'list events of a type': ['events_type', () => store.events.list({ ...page, type: 'rare' })],
    'list events of a visibility': [
      'events_pkey',
      () => store.events.list({ ...page, visibility: 'subscribable' }),
    ],
    'list events of a subject': [
      'events_subject',
      () => store.events.list({ ...page, subjectType: 'Thing', subjectId: '7' }),
    ],
    'insert a webhook': ['', () => store.webhooks.insert(aWebhook())],
    'update a webhook': ['webhooks_pkey', () => store.webhooks.update('wh_10107', {}, { updatedAt: 1 })],
    'update a webhook that is as it was': [
      'webhooks_pkey',
      () =>
        store.webhooks.update('wh_10107', {}, { updatedAt: 2 }, { url: 'https://example.com', secrets: [] }),
    ],
    'delete a webhook': ['webhooks_pkey, deliveries_held', () => store.webhooks.delete('wh_10207', {})],
    'get a webhook': ['webhooks_pkey', () => store.webhooks.get('wh_10007', {})],
    'list webhooks': ['webhooks_pkey', () => store.webhooks.list(page)],
    'list webhooks of an account': ['webhooks_account', () => store.webhooks.list({ ...page, ...mine })],
    'find active webhooks': ['webhooks_account', () => store.webhooks.ofAccounts(['7', '8', null])],
    'claim due deliveries': [
      'deliveries_due, deliveries_turns, deliveries_pkey, events_pkey, webhooks_pkey',
      () => store.deliveries.claim(aClaim({ limit: 20 })),
    ],
    'claim deliveries by id': [
      'deliveries_open_pkey, deliveries_pkey, events_pkey, webhooks_pkey',
      () => store.deliveries.claim(aClaim({ ids, lease: 'mine' })),
    ],
    'renew deliveries': ['deliveries_open_pkey', () => store.deliveries.renew(held(ids), NOW)],
    'settle deliveries': [
      'deliveries_open_pkey, deliveries_pkey',
      () => store.deliveries.settle(ids.slice(1).map((id) => aDelivered(id, 'mine'))),
    ],
    'release deliveries': ['deliveries_open_pkey', () => store.deliveries.release(ids, 'mine')],
    'redeliver a delivery': [
      'events_pkey, deliveries_open_pkey, deliveries_pkey',
      () => store.deliveries.redeliver('dlv_20000', {}, NOW),
    ],
    'get a delivery': ['deliveries_pkey', () => store.deliveries.get('dlv_20007', {})],
    'list attempts': ['attempts_pkey', () => store.deliveries.attempts('dlv_20000')],
    'list deliveries': ['deliveries_pkey', () => store.deliveries.list(page)],
    'list deliveries of an account': [
      'deliveries_account',
      () => store.deliveries.list({ ...page, ...mine }),
    ],
    'list deliveries of a webhook': [
      'deliveries_webhook',
      () => store.deliveries.list({ ...page, ...mine, webhookId: 'wh_10008' }),
    ],
    'list deliveries of an event': [
      'deliveries_pkey',
      () => store.deliveries.list({ ...page, eventId: 'evt_20000' }),
    ],
    'find deliveries of events': [
      'deliveries_pkey',
      () => store.deliveries.ofEvents(['evt_20000', 'evt_20001']),
    ],
    'list deliveries of a type': [
      'deliveries_type',
      () => store.deliveries.list({ ...page, eventType: 'rare' }),
    ],
    'list delivered deliveries': [
      'deliveries_pkey',
      () => store.deliveries.list({ ...page, state: 'delivered' }),
    ],
    'list exhausted deliveries': [
      'deliveries_failed',
      () => store.deliveries.list({ ...page, state: 'exhausted' }),
    ],
    'list exhausted deliveries of a webhook': [
      'deliveries_webhook',
      () => store.deliveries.list({ ...page, state: 'exhausted', webhookId: 'wh_10200' }),
    ],
    'list cancelled deliveries': [
      'deliveries_failed',
      () => store.deliveries.list({ ...page, state: 'cancelled' }),
    ],
    'list pending deliveries': [
      'deliveries_open_pkey',
      () => store.deliveries.list({ ...page, state: 'pending' }),
    ],
    'list retrying deliveries': [
      'deliveries_failed',
      () => store.deliveries.list({ ...page, state: 'retrying' }),
    ],
    'list deliveries under way': [
      'deliveries_due',
      () => store.deliveries.list({ ...page, state: 'delivering' }),
    ],
    'claim due runs': ['runs_due, runs_pkey, events_pkey', () => store.runs.claim(aClaim({ limit: 20 }))],
    'claim runs by id': ['runs_open_pkey', () => store.runs.claim(aClaim({ ids: [run], lease: 'mine' }))],
    'renew runs': ['runs_open_pkey', () => store.runs.renew(held([run]), NOW)],
    'settle runs': ['runs_open_pkey, runs_pkey', () => store.runs.settle([aRunResult(run, 'mine')])],
    'release runs': ['runs_open_pkey', () => store.runs.release(['run_29501_L'], 'mine')],
    'give runs of groups their turns': [
      'runs_group, runs_pkey, events_pkey',
      () => store.runs.promote([{ groupKey: 'subject:none', waitMs: 0, maxItems: null }], NOW),
    ],
    'find groups of runs that wait': ['runs_waiting, runs_group', () => store.runs.waitingGroups(200)],
    'record receipts': [
      '',
      () => {
        const event = anEvent();
        return store.receipts.record([{ event, receipt: aReceipt(event) }]);
      },
    ],
    'look at changes': [
      'changes_fresh, changes_failed',
      () => lookAt(database.run, database.tables, ['rare', 'none'], ['rare']),
    ],
    'find changes': [
      'changes_fresh, changes_failed, changes_pkey',
      () => findDue(database.run, database.tables, ['rare', 'none']),
    ],
    'remove changes': ['changes_pkey', () => removeChanges(database.run, database.tables, ['1', '2'])],
    'get a receipt': ['receipts_pkey', () => store.receipts.get('rct_20000')],
    'list receipts': ['receipts_pkey', () => store.receipts.list({ limit: 50 })],
    'list receipts of a source with many': [
      'receipts_pkey',
      () => store.receipts.list({ source: 'github', limit: 50 }),
    ],
    'list receipts of a source with few': [
      'receipts_key',
      () => store.receipts.list({ source: 'stripe', limit: 50 }),
    ],
  };

  /** It has one row. */
  const isRead = (plan: Plan) => plan['Relation Name'] !== 'hookline_webhook_version';

  for (const [name, [indices, query]] of Object.entries(queries)) {
    it(`${name}: ${indices || 'reads no table'}`, async () => {
      await query();
      expect(plans, 'the statement was explained').to.not.be.empty;
      const scanned = plans
        .filter((plan) => plan['Node Type'] === 'Seq Scan' && isRead(plan))
        .map((plan) => plan['Relation Name']);
      expect(scanned, 'tables read from end to end').to.deep.equal([]);
      const used = plans.flatMap((plan) => plan['Index Name'] ?? []);
      if (indices === '') expect(used).to.deep.equal([]);
      else expect(used).to.include.members(indices.split(', ').map((index) => `hookline_${index}`));
    });
  }

  it('claims, prolongs and settles with hardly any index touched', async function () {
    const sequelize = connection.another({ pool: { max: 1 } });
    const settling = sequelizeStore(sequelize, await makeTables(sequelize));
    const event = anEvent();
    const deliveries = Array.from({ length: 200 }, () => aDelivery(event));
    await settling.events.insert([event]);
    await settling.events.settle(aFanOut({ eventIds: [event.id], deliveries }));
    const claim = aClaim({ limit: 200 });
    await settling.deliveries.claim(claim);
    const held = deliveries.map(({ id }) => ({ id, lease: claim.lease }));
    expect(await settling.deliveries.renew(held, NOW)).to.have.length(200);
    await settling.deliveries.settle(held.map(({ id, lease }) => aDelivered(id, lease)));
    // Before Postgres 15 the statistics come later than any test waits for.
    await sequelize.query('SELECT pg_stat_force_next_flush()').catch(() => this.skip());
    const updatesOf = async (table: string) => {
      const [counts] = await sequelize.query<{ all: number; inPlace: number }>(
        `SELECT n_tup_upd::int AS "all", n_tup_hot_upd::int AS "inPlace" FROM pg_stat_user_tables
        WHERE relname LIKE 'store%${table}'`,
        { type: QueryTypes.SELECT },
      );
      return counts;
    };
    expect(await updatesOf('deliveries')).to.deep.equal({ all: 200, inPlace: 200 });
    const open = await updatesOf('deliveries_open');
    expect(open?.all).to.equal(400);
    // All but those whose page had no room left for the name of the lease.
    expect(open?.inPlace).to.be.above(300);
  });
});
