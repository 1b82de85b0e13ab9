import { createHub } from '@hookline/core';
import { migrate, sequelizeStore } from '@hookline/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import type { CommittedRow } from './judge.ts';

const BUSINESS_TABLES = `
  CREATE TABLE customers (id bigint PRIMARY KEY);
  CREATE TABLE orders (
    id bigserial PRIMARY KEY,
    reference text NOT NULL UNIQUE,
    customer_id bigint REFERENCES customers DEFERRABLE INITIALLY DEFERRED,
    placed_at timestamptz NOT NULL DEFAULT clock_timestamp()
  )`;

const UNFINISHED = `
  SELECT 'event not fanned out: ' || to_jsonb(o)::text AS line FROM hookline_outbox o
  UNION ALL
  SELECT 'delivery: ' || to_jsonb(d)::text FROM hookline_deliveries d WHERE state <> 'delivered'
  LIMIT 5`;

/** A database of its own for one scenario: the business tables, and those of Hookline. */
export interface Database {
  readonly url: string;
  /** The truth: what the database has now. */
  committed(): Promise<readonly CommittedRow[]>;
  storedEvents(): Promise<number>;
  /** What Hookline itself has to say of deliveries that did not arrive: no evidence, but where to look. */
  unfinished(): Promise<readonly string[]>;
  /** Registers a webhook for every event, and answers its secret. */
  addWebhook(url: string): Promise<string>;
}

export async function createDatabase(serverUrl: string, name: string): Promise<Database> {
  await using(serverUrl, (sequelize) => sequelize.query(`CREATE DATABASE ${name}`));
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  await using(url, async (sequelize) => {
    await sequelize.query(BUSINESS_TABLES);
    await migrate(sequelize);
  });
  return {
    url,
    committed: () =>
      select<CommittedRow>(
        url,
        `SELECT reference, (extract(epoch FROM placed_at) * 1000)::float AS "placedAt" FROM orders`,
      ),
    storedEvents: async () => {
      const [row] = await select<{ count: number }>(
        url,
        'SELECT count(*)::int AS count FROM hookline_events',
      );
      return row?.count ?? 0;
    },
    unfinished: async () => {
      const rows = await select<{ line: string }>(url, UNFINISHED);
      return rows.map(({ line }) => line);
    },
    addWebhook: (target) => addWebhook(url, target),
  };
}

export async function dropDatabase({ url }: Database, serverUrl: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await using(serverUrl, (sequelize) => sequelize.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

function addWebhook(url: string, target: string): Promise<string> {
  return using(url, async (sequelize) => {
    const hub = createHub({
      store: sequelizeStore(sequelize),
      roles: ['web'],
      delivery: { allowAddresses: ['127.0.0.0/8'] },
    });
    const { secret } = await hub.webhooks.create({ url: target, subscriptions: ['order.created'] });
    await hub.close();
    return secret;
  });
}

function select<Row extends object>(url: string, sql: string): Promise<readonly Row[]> {
  return using(url, (sequelize) => sequelize.query<Row>(sql, { type: QueryTypes.SELECT }));
}

/** A connection for each question: the server may have been restarted since the last one. */
async function using<Value>(url: string, work: (sequelize: Sequelize) => Promise<Value>): Promise<Value> {
  const sequelize = new Sequelize(url, { logging: false, pool: { max: 1 } });
  try {
    return await work(sequelize);
  } finally {
    await sequelize.close();
  }
}
