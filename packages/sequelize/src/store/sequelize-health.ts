import type { EventRecord, Failures, HealthRecord, HealthStore, ProbeRequest } from '@hookline/core';
import { Binds } from '../binds.js';
import { type Columns, reader, selectList } from '../columns.js';
import type { Database } from '../database.js';
import { insertEventRows } from './event-rows.js';

const HEALTH_COLUMNS: Columns<HealthRecord> = {
  webhookId: 'text',
  failingSince: 'bigint',
  failureCount: 'bigint',
  warnedPercent: 'integer',
  probeAt: 'bigint',
};

const FAILURE_COLUMNS: Columns<Failures> = { webhookId: 'text', count: 'bigint', since: 'bigint' };

const readHealth = reader(HEALTH_COLUMNS);
const COLUMNS = selectList(HEALTH_COLUMNS, 'health');
/** The first letters and digits of an id tell its time: deliveries made before this are not looked at. */
const LOOK_BACK = 10_000;

export class SequelizeHealth implements HealthStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** In the order of their ids: two processes may add to the same. */
  async addFailures(failures: readonly Failures[]): Promise<readonly HealthRecord[]> {
    if (failures.length === 0) return [];
    const binds = new Binds();
    const items = binds.addRows(FAILURE_COLUMNS, failures, 'item');
    const rows = await this.#run(
      `INSERT INTO ${this.#table} AS health ("webhook_id", "failing_since", "failure_count")
      SELECT "webhook_id", "since", "count" FROM ${items} ORDER BY "webhook_id"
      ON CONFLICT ("webhook_id") DO UPDATE SET "failure_count" = health."failure_count" + excluded."failure_count",
        "failing_since" = least(health."failing_since", excluded."failing_since")
      RETURNING ${COLUMNS}`,
      binds,
    );
    const byId = new Map(rows.map((record) => [record.webhookId, record]));
    return failures.flatMap(({ webhookId }) => byId.get(webhookId) ?? []);
  }

  async clear(webhookIds: readonly string[]): Promise<readonly string[]> {
    const binds = new Binds();
    const rows = await this.#run(
      `DELETE FROM ${this.#table} AS health WHERE health."webhook_id" = ANY(${binds.addAll('text', webhookIds)})
      RETURNING ${COLUMNS}`,
      binds,
    );
    return rows.map(({ webhookId }) => webhookId);
  }

  get(webhookIds: readonly string[]): Promise<readonly HealthRecord[]> {
    const binds = new Binds();
    const isAsked = `health."webhook_id" = ANY(${binds.addAll('text', webhookIds)})`;
    return this.#run(`SELECT ${COLUMNS} FROM ${this.#table} AS health WHERE ${isAsked}`, binds);
  }

  async raiseWarned(webhookId: string, percent: number, event: EventRecord): Promise<boolean> {
    const binds = new Binds();
    const to = binds.add('integer', percent);
    const only = 'EXISTS (SELECT FROM raised)';
    const raised = await this.#run(
      `WITH raised AS (
        UPDATE ${this.#table} AS health SET "warned_percent" = ${to}
        WHERE health."webhook_id" = ${binds.add('text', webhookId)} AND health."warned_percent" < ${to}
        RETURNING ${COLUMNS}
      ), ${insertEventRows(this.#database.tables, binds, [event], { only })}
      SELECT * FROM raised`,
      binds,
    );
    return raised.length > 0;
  }

  async setProbe(webhookId: string, probeAt: number | null): Promise<void> {
    const binds = new Binds();
    await this.#run(
      `UPDATE ${this.#table} AS health SET "probe_at" = ${binds.add('bigint', probeAt)}
      WHERE health."webhook_id" = ${binds.add('text', webhookId)} RETURNING ${COLUMNS}`,
      binds,
    );
  }

  claimProbes({ now, limit, nextProbeAt }: ProbeRequest): Promise<readonly HealthRecord[]> {
    const binds = new Binds();
    return this.#run(
      `WITH due AS MATERIALIZED (
        SELECT "webhook_id" FROM ${this.#table} WHERE "probe_at" <= ${binds.add('bigint', now)}
        ORDER BY "probe_at" LIMIT ${binds.add('bigint', limit)} FOR UPDATE SKIP LOCKED
      )
      UPDATE ${this.#table} AS health SET "probe_at" = ${binds.add('bigint', nextProbeAt)}
      WHERE health."webhook_id" IN (SELECT "webhook_id" FROM due) RETURNING ${COLUMNS}`,
      binds,
    );
  }

  /** Among the newest deliveries: asked of a webhook that has failed for long, so few are delivered. */
  async hasDeliveredSince(webhookId: string, since: number): Promise<boolean> {
    const { deliveries } = this.#database.tables;
    const binds = new Binds();
    const rows = await this.#database.run(
      `SELECT FROM (
        SELECT "state", "finalized_at" FROM ${deliveries} WHERE "webhook_id" = ${binds.add('text', webhookId)}
        ORDER BY "id" DESC LIMIT ${LOOK_BACK}
      ) AS newest
      WHERE "state" = 'delivered' AND "finalized_at" >= ${binds.add('bigint', since)} LIMIT 1`,
      binds,
    );
    return rows.length > 0;
  }

  get #table(): string {
    return this.#database.tables.webhook_health;
  }

  async #run(sql: string, binds: Binds): Promise<readonly HealthRecord[]> {
    const rows = await this.#database.run(sql, binds);
    return rows.map(readHealth);
  }
}
