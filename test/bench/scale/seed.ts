import type { ClaimedDelivery, Store } from '@hookline/core';
import type { Sequelize } from 'sequelize';
import {
  ACCOUNTS,
  EXHAUSTED_ONE_IN,
  MIN_RETRYING,
  RETRYING_ONE_IN,
  SPAN_MS,
  sql,
  WEBHOOKS_PER_ACCOUNT,
} from './catalogue.js';
import { newId } from './new-id.js';
import { type Ending, fanOut, makeDeliveries, makeEvent, makeResult } from './records.js';
import { dropIndices, multiply, select, type Table } from './tables.js';

const RETRY_MS = 6 * 60 * 60 * 1_000;
const OPEN_BATCH = 250;
const LEASE_MS = 60_000;
const BIG: readonly Table[] = ['events', 'deliveries', 'deliveries_open', 'attempts'];

/** For this connection alone: what is seeded need not survive a crash, and an index is sorted in memory. */
const SETTINGS = `SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '64MB'`;

/**
 * Fills empty tables with so many deliveries, all but a few of them done. The store itself writes one of each kind; SQL
 * makes the others after their model, with no index in the way; those still owed are written by the store again. The
 * connections are pools of one, and used for nothing else afterwards.
 */
export async function seed(
  store: Store,
  [one, other]: readonly [Sequelize, Sequelize],
  deliveries: number,
  note: (line: string) => void,
): Promise<void> {
  const step = async (title: string, work: Promise<unknown>): Promise<void> => {
    const startedAt = Date.now();
    await work;
    note(`seed: ${title} ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
  };
  for (const sequelize of [one, other]) await sequelize.query(SETTINGS);
  const models = await makeModels(store);
  const indices = (await Promise.all(BIG.map((table) => dropIndices(one, table)))).flat();
  await step('events', makeEvents(one, models, deliveries));
  await step('deliveries, attempts', Promise.all([makeDone(one, models), makeAttempts(other, models)]));
  await makeExhausted(one, models);
  await step('vacuum', inLanes([one, other], await vacuums(one)));
  await step('indices', inLanes([one, other], indices));
  await step('owed', makeRetrying(store, Math.max(MIN_RETRYING, deliveries / RETRYING_ONE_IN)));
  await step('analyze', one.query('ANALYZE; CHECKPOINT'));
}

interface Models {
  readonly eventId: string;
  readonly deliveredId: string;
  readonly exhaustedId: string;
}

/** One event that was delivered to one webhook, and given up for another. */
async function makeModels(store: Store): Promise<Models> {
  const event = makeEvent(0);
  await store.events.insert([event]);
  await fanOut(store, [event], makeDeliveries(event));
  const [deliveredId = '', exhaustedId = ''] = makeDeliveries(event).map(({ id }) => id);
  await finish(store, [deliveredId], 'delivered');
  await finish(store, [exhaustedId], 'exhausted');
  return { eventId: event.id, deliveredId, exhaustedId };
}

async function finish(store: Store, ids: readonly string[], ending: Ending): Promise<void> {
  const lease = newId('lse');
  const claim = { ids, limit: ids.length, now: Date.now(), leaseMs: LEASE_MS, lease };
  const claimed: readonly ClaimedDelivery[] = await store.deliveries.claim(claim);
  await store.deliveries.settle(claimed.map((each) => makeResult(each, lease, ending, RETRY_MS)));
}

/** Evenly over the time, the oldest first, as an app would have written them. */
async function makeEvents(sequelize: Sequelize, { eventId }: Models, deliveries: number): Promise<void> {
  const events = Math.ceil(deliveries / WEBHOOKS_PER_ACCOUNT);
  const occurredAt = `(${Date.now() - SPAN_MS} + n * ${SPAN_MS / events}::float8)::bigint`;
  const id = `'evt_' || ${sql.ulidOf(occurredAt, 'n')}`;
  await multiply(sequelize, 'events', {
    model: `model."id" = '${eventId}'`,
    source: `generate_series(0, ${events - 1}) AS n`,
    overrides: {
      id,
      type: sql.eventTypeOf('n'),
      account_id: `(${sql.accountOf('n')})::text`,
      occurred_at: occurredAt,
      subject_id: 'n::text',
      correlation_id: id,
    },
  });
}

/** An event and the numbers of the webhooks it went to, with the id and the number of each delivery. */
const OWED = `(
  SELECT event."id", event."type", event."account_id", event."occurred_at", webhook."id" AS "webhook_id",
    'dlv_' || substr(event."id", 5) || right(webhook."id", 16) AS "delivery_id",
    right(event."id", 16)::bigint * ${WEBHOOKS_PER_ACCOUNT} + k AS "number"
  FROM hookline_events AS event, generate_series(0, ${WEBHOOKS_PER_ACCOUNT - 1}) AS k,
    LATERAL (SELECT ${sql.webhookIdOf('event."account_id"::int', 'k')} AS "id") AS webhook
) AS owed`;

const isLike = ({ eventId, deliveredId, exhaustedId }: Models, column: string): string =>
  `owed."id" <> '${eventId}' AND model."${column}" =
    CASE owed."number" % ${EXHAUSTED_ONE_IN} WHEN 7 THEN '${exhaustedId}' ELSE '${deliveredId}' END`;

async function makeDone(sequelize: Sequelize, models: Models): Promise<void> {
  await multiply(sequelize, 'deliveries', {
    model: isLike(models, 'id'),
    source: OWED,
    overrides: {
      id: 'owed."delivery_id"',
      event_id: 'owed."id"',
      event_type: 'owed."type"',
      webhook_id: 'owed."webhook_id"',
      account_id: 'owed."account_id"',
      created_at: 'owed."occurred_at"',
      finalized_at: 'owed."occurred_at" + 50',
    },
  });
}

/** The open rows of those that were given up. */
async function makeExhausted(sequelize: Sequelize, { exhaustedId }: Models): Promise<void> {
  await multiply(sequelize, 'deliveries_open', {
    model: `model."id" = '${exhaustedId}' AND done."state" = 'exhausted' AND done."id" <> '${exhaustedId}'`,
    source: 'hookline_deliveries AS done',
    overrides: { id: 'done."id"' },
  });
}

async function makeAttempts(sequelize: Sequelize, models: Models): Promise<void> {
  await multiply(sequelize, 'attempts', {
    model: isLike(models, 'delivery_id'),
    source: OWED,
    overrides: {
      id: `'att_' || substr(owed."id", 5)`,
      delivery_id: 'owed."delivery_id"',
      started_at: 'owed."occurred_at" + 10',
    },
  });
}

/** The webhooks of all accounts, after the model of the only one there is. */
export async function seedWebhooks(sequelize: Sequelize): Promise<void> {
  await multiply(sequelize, 'webhooks', {
    model: 'true',
    source: `generate_series(0, ${ACCOUNTS - 1}) AS account, generate_series(0, ${WEBHOOKS_PER_ACCOUNT - 1}) AS k`,
    overrides: { id: sql.webhookIdOf('account', 'k'), account_id: 'account::text' },
  });
  await sequelize.query('ANALYZE hookline_webhooks');
}

async function makeRetrying(store: Store, count: number): Promise<void> {
  for (let made = 0; made < count; made += OPEN_BATCH) {
    const numbers = Array.from({ length: Math.min(OPEN_BATCH, count - made) }, (_, index) => made + index);
    const events = numbers.map(makeEvent);
    const deliveries = events.flatMap((event) => makeDeliveries(event).slice(0, 1));
    await store.events.insert(events);
    await fanOut(store, events, deliveries);
    await finish(
      store,
      deliveries.map(({ id }) => id),
      'retrying',
    );
  }
}

/** For whatever has rows, the partitions of a table among it. */
async function vacuums(sequelize: Sequelize): Promise<readonly string[]> {
  const tables = await select<{ name: string }>(
    sequelize,
    `SELECT oid::regclass::text AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY pg_relation_size(oid) DESC`,
  );
  return tables.map(({ name }) => `VACUUM (FREEZE, ANALYZE) ${name}`);
}

async function inLanes(lanes: readonly Sequelize[], statements: readonly string[]): Promise<void> {
  const waiting = [...statements];
  const work = async (sequelize: Sequelize): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await sequelize.query(next);
  };
  await Promise.all(lanes.map(work));
}
