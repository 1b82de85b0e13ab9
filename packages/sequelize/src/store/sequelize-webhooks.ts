import type {
  AccountWebhooks,
  EventRecord,
  Hold,
  Page,
  Scope,
  SnapshotRecord,
  WebhookExpectation,
  WebhookPatch,
  WebhookRecord,
  WebhookStore,
} from '@hookline/core';
import { Binds } from '../binds.js';
import {
  type ColumnType,
  columnList,
  columnOf,
  reader,
  SNAPSHOT_COLUMNS,
  selectList,
  WEBHOOK_COLUMNS,
} from '../columns.js';
import { inScope, isAsked, pageOf, where } from '../conditions.js';
import type { Database, Run } from '../database.js';
import type { Tables } from '../tables.js';
import { insertEventRows } from './event-rows.js';
import { resumeDeliveries } from './held-deliveries.js';

const readWebhook = reader(WEBHOOK_COLUMNS);
const COLUMNS = selectList(WEBHOOK_COLUMNS, 'webhook');

const PUT_ASIDE: readonly Hold[] = ['paused', 'circuit', 'rate', 'concurrency'];

interface Change {
  readonly id: string;
  readonly scope: Scope;
  readonly patch: WebhookPatch;
  readonly onlyIf: WebhookExpectation;
  readonly events: readonly EventRecord[];
}

export class SequelizeWebhooks implements WebhookStore {
  readonly #database: Database;
  readonly #table: string;

  constructor(database: Database) {
    this.#database = database;
    this.#table = `${database.tables.webhooks} AS webhook`;
  }

  async insert(webhook: WebhookRecord, snapshots: readonly SnapshotRecord[] = []): Promise<void> {
    const binds = new Binds();
    const asked = snapshots.length === 0 ? '' : `WITH asked AS (${this.#insertSnapshots(binds, snapshots)}) `;
    const list = columnList(WEBHOOK_COLUMNS);
    const rows = binds.addRows(WEBHOOK_COLUMNS, [webhook], 'item');
    await this.#database.run(
      `${asked}INSERT INTO ${this.#table} (${list}) SELECT ${list} FROM ${rows}`,
      binds,
    );
  }

  #insertSnapshots(binds: Binds, snapshots: readonly SnapshotRecord[]): string {
    const list = columnList(SNAPSHOT_COLUMNS);
    const rows = binds.addRows(SNAPSHOT_COLUMNS, snapshots, 'item');
    return `INSERT INTO ${this.#database.tables.snapshots} (${list}) SELECT ${list} FROM ${rows}`;
  }

  /** One statement: Postgres looks at the condition again when it waited for somebody else's change. */
  async update(
    id: string,
    scope: Scope,
    patch: WebhookPatch,
    onlyIf: WebhookExpectation = {},
    events: readonly EventRecord[] = [],
  ): Promise<WebhookRecord | null> {
    const change: Change = { id, scope, patch, onlyIf, events };
    if (patch.paused !== false) return this.#update(this.#database.run, change);
    // what it held goes out if and only if it is paused no more
    return this.#database.transact(async (run) => {
      const webhook = await this.#update(run, change);
      if (webhook)
        await resumeDeliveries(
          run,
          this.#database.tables,
          { webhookId: id, holds: ['paused'] },
          patch.updatedAt,
        );
      return webhook;
    });
  }

  async #update(run: Run, { id, scope, patch, onlyIf, events }: Change): Promise<WebhookRecord | null> {
    const binds = new Binds();
    const changes = assignments(binds, patch).join(', ');
    const condition = only(binds, id, scope, onlyIf);
    const changed = `changed AS (UPDATE ${this.#table} SET ${changes} ${condition} RETURNING ${COLUMNS})`;
    const isChanged = { only: 'EXISTS (SELECT FROM changed)' };
    const told =
      events.length === 0 ? [] : [insertEventRows(this.#database.tables, binds, events, isChanged)];
    const [row] = await run(`WITH ${[changed, ...told].join(', ')} SELECT * FROM changed`, binds);
    return row ? readWebhook(row) : null;
  }

  /** What it held is due at once, to be cancelled: nobody can resume it any more. */
  async delete(id: string, scope: Scope): Promise<boolean> {
    return this.#database.transact(async (run) => {
      const binds = new Binds();
      const [deleted] = await run(
        `DELETE FROM ${this.#table} ${only(binds, id, scope)} RETURNING webhook."id", webhook."updated_at" AS "at"`,
        binds,
      );
      if (deleted === undefined) return false;
      const held = { webhookId: id, holds: PUT_ASIDE };
      await resumeDeliveries(run, this.#database.tables, held, Number(deleted.at));
      return true;
    });
  }

  async get(id: string, scope: Scope): Promise<WebhookRecord | null> {
    const binds = new Binds();
    const [webhook] = await this.#run(
      `SELECT ${COLUMNS} FROM ${this.#table} ${only(binds, id, scope)}`,
      binds,
    );
    return webhook ?? null;
  }

  async list(query: Scope & Page): Promise<readonly WebhookRecord[]> {
    const binds = new Binds();
    const page = pageOf(binds, inScope(binds, query), query);
    return this.#run(`SELECT ${COLUMNS} FROM ${this.#table} ${page}`, binds);
  }

  /** One statement: webhooks and version are of the same instant. Without webhooks there is a row all the same. */
  async ofAccounts(accountIds: readonly (string | null)[]): Promise<AccountWebhooks> {
    const binds = new Binds();
    const named = accountIds.filter((accountId) => accountId !== null);
    const accounts = [`"account_id" = ANY(${binds.addAll('text', named)})`];
    if (named.length < accountIds.length) accounts.push('"account_id" IS NULL');
    const rows = await this.#database.run(
      `SELECT known."version", ${COLUMNS} FROM (SELECT ${webhookVersion(this.#database.tables)} AS "version") AS known
      LEFT JOIN ${this.#table} ON ${accounts.join(' OR ')}`,
      binds,
    );
    const webhooks = rows.filter(({ id }) => id !== null).map(readWebhook);
    return { webhooks, version: String(rows[0]?.version) };
  }

  async #run(sql: string, binds: Binds): Promise<readonly WebhookRecord[]> {
    const rows = await this.#database.run(sql, binds);
    return rows.map(readWebhook);
  }
}

/** Of one row, or of none where somebody emptied the table. */
export function webhookVersion({ webhook_version }: Tables): string {
  return `(SELECT coalesce(max("version"), 0) FROM ${webhook_version})`;
}

function only(binds: Binds, id: string, scope: Scope, onlyIf: WebhookExpectation = {}): string {
  return where([...isAsked(binds, { id }), ...inScope(binds, scope), ...expectations(binds, onlyIf)]);
}

function assignments(binds: Binds, values: Partial<WebhookRecord>): readonly string[] {
  return given(values).map(
    (field) => `${columnOf(field)} = ${binds.add(WEBHOOK_COLUMNS[field], values[field])}`,
  );
}

function expectations(binds: Binds, values: Partial<WebhookRecord>): readonly string[] {
  return given(values).map((field) => {
    const value = values[field] ?? null;
    return value === null
      ? `${columnOf(field)} IS NULL`
      : isSame(columnOf(field), binds.add(WEBHOOK_COLUMNS[field], value), WEBHOOK_COLUMNS[field]);
  });
}

/** JSON is the same whatever its spaces, which somebody may have written by hand. */
function isSame(column: string, value: string, type: ColumnType): string {
  return type === 'json' ? `${column}::jsonb = ${value}::jsonb` : `${column} = ${value}`;
}

function given(values: Partial<WebhookRecord>): readonly (keyof WebhookRecord)[] {
  const fields = Object.keys(values) as (keyof WebhookRecord)[];
  return fields.filter((field) => values[field] !== undefined);
}
