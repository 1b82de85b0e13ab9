import { createHub, type Hub } from '@hookline/core';
import { migrate, sequelizeStore } from '@hookline/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import type { CommittedRow } from './judge.ts';
import type { Setting } from './scenario.ts';

type WebhookSetting = NonNullable<Setting['webhook']>;

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
  /** The truth: what the database has now, in the order of its making. */
  committed(): Promise<readonly CommittedRow[]>;
  storedEvents(): Promise<number>;
  /** What Hookline itself has to say of deliveries that did not arrive: no evidence, but where to look. */
  unfinished(): Promise<readonly string[]>;
  /** Registers a webhook for every event. */
  addWebhook(
    url: string,
    settings: WebhookSetting,
  ): Promise<{ readonly id: string; readonly secret: string }>;
  /** Holds what it is owed, or lets it go, as an admin would in a process of their own. */
  pauseWebhook(id: string, isPaused: boolean): Promise<void>;
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
        `SELECT reference, (extract(epoch FROM placed_at) * 1000)::float AS "placedAt" FROM orders ORDER BY id`,
      ),
    storedEvents: async () => {
      const [row] = await select<{ count: number }>(
        url,
        `SELECT count(*)::int AS count FROM hookline_events WHERE type = 'order.created'`,
      );
      return row?.count ?? 0;
    },
    unfinished: async () => {
      const rows = await select<{ line: string }>(url, UNFINISHED);
      return rows.map(({ line }) => line);
    },
    addWebhook: (target, settings) =>
      usingHub(url, async (hub) => {
        const subscriptions = ['order.created'];
        const { webhook, secret } = await hub.webhooks.create({ url: target, subscriptions, ...settings });
        return { id: webhook.id, secret };
      }),
    pauseWebhook: (id, isPaused) =>
      usingHub(url, async (hub) => void (await hub.webhooks.update(id, { paused: isPaused }))),
  };
}

export async function dropDatabase({ url }: Database, serverUrl: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await using(serverUrl, (sequelize) => sequelize.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

function usingHub<Value>(url: string, work: (hub: Hub) => Promise<Value>): Promise<Value> {
  return using(url, async (sequelize) => {
    const hub = createHub({
      store: sequelizeStore(sequelize),
      roles: ['web'],
      delivery: { allowAddresses: ['127.0.0.0/8'] },
    });
    try {
      return await work(hub);
    } finally {
      await hub.close();
    }
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
