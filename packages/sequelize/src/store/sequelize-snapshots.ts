import type {
  HeldClaim,
  SnapshotClaim,
  SnapshotProgress,
  SnapshotRecord,
  SnapshotStore,
} from '@hookline/core';
import { Binds } from '../binds.js';
import { reader, SNAPSHOT_COLUMNS, selectList } from '../columns.js';
import type { Database } from '../database.js';
import type { Tables } from '../tables.js';
import { insertEventRows } from './event-rows.js';

const readSnapshot = reader(SNAPSHOT_COLUMNS);

export class SequelizeSnapshots implements SnapshotStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async claim({ models, now, leaseMs, lease }: SnapshotClaim): Promise<SnapshotRecord | null> {
    const { snapshots, webhooks } = this.#database.tables;
    const binds = new Binds();
    const [row] = await this.#database.run(
      `WITH orphans AS (
        DELETE FROM ${snapshots} AS orphan
        WHERE NOT EXISTS (SELECT FROM ${webhooks} AS webhook WHERE webhook."id" = orphan."webhook_id")
      ), waiting AS MATERIALIZED (
        SELECT snapshot."id" FROM ${snapshots} AS snapshot
        JOIN ${webhooks} AS webhook ON webhook."id" = snapshot."webhook_id" AND webhook."active"
        WHERE snapshot."leased_until" <= ${binds.add('bigint', now)}
        AND snapshot."model" = ANY(${binds.addAll('text', models)}) AND ${HAS_NO_EARLIER_WRITERS}
        AND NOT (${isPageUnderWay(this.#database.tables)})
        ORDER BY snapshot."leased_until", snapshot."id" LIMIT 1 FOR UPDATE OF snapshot SKIP LOCKED
      )
      UPDATE ${snapshots} AS target
      SET "lease" = ${binds.add('text', lease)}, "leased_until" = ${binds.add('bigint', now + leaseMs)}
      FROM waiting WHERE target."id" = waiting."id" RETURNING ${selectList(SNAPSHOT_COLUMNS, 'target')}`,
      binds,
    );
    return row ? readSnapshot(row) : null;
  }

  async begin(claim: HeldClaim, startedAt: number): Promise<void> {
    const binds = new Binds();
    const instant = binds.add('bigint', startedAt);
    await this.#database.run(
      `UPDATE ${this.#database.tables.snapshots} AS snapshot
      SET "started_at" = ${instant}, "begun_in" = txid_current(), "lease" = NULL, "leased_until" = ${instant}
      WHERE ${isHeld(binds, claim)}`,
      binds,
    );
  }

  async renew(claim: HeldClaim, leasedUntil: number): Promise<void> {
    const binds = new Binds();
    await this.#database.run(
      `UPDATE ${this.#database.tables.snapshots} AS snapshot
      SET "leased_until" = ${binds.add('bigint', leasedUntil)} WHERE ${isHeld(binds, claim)}`,
      binds,
    );
  }

  async advance(claim: HeldClaim, { position, events, now }: SnapshotProgress): Promise<boolean> {
    const { tables } = this.#database;
    const binds = new Binds();
    const move =
      position === null
        ? `DELETE FROM ${tables.snapshots} AS snapshot`
        : `UPDATE ${tables.snapshots} AS snapshot SET "position" = ${binds.add('text', position)},
          "last_event_id" = ${binds.add('text', events.at(-1)?.id ?? null)},
          "lease" = NULL, "leased_until" = ${binds.add('bigint', now)}`;
    const moved = `moved AS (${move} WHERE ${isHeld(binds, claim)} RETURNING snapshot."id")`;
    const stored = insertEventRows(tables, binds, events, { only: 'EXISTS (SELECT FROM moved)' });
    const rows = await this.#database.run(`WITH ${moved}, ${stored} SELECT "id" FROM moved`, binds);
    return rows.length > 0;
  }
}

/**
 * Numbers of transactions are given in the order of their first writes, in all databases of the server: below the
 * lowest one that is still open, all have ended, and what they wrote is to be seen.
 */
const HAS_NO_EARLIER_WRITERS = `(snapshot."begun_in" IS NULL
        OR snapshot."begun_in" < txid_snapshot_xmin(txid_current_snapshot()))`;

/** The page before is still to be fanned out or attempted. A delivery's id begins with what follows in its event's. */
function isPageUnderWay({ outbox, deliveries_open }: Tables): string {
  const first = `'dlv_' || substr(snapshot."last_event_id", 5)`;
  return `snapshot."last_event_id" IS NOT NULL AND (
          EXISTS (SELECT FROM ${outbox} AS waiting WHERE waiting."event_id" = snapshot."last_event_id")
          OR EXISTS (SELECT FROM ${deliveries_open} AS open
            WHERE open."id" >= ${first} AND open."id" < ${first} || '~' AND open."state" = 'pending'))`;
}

function isHeld(binds: Binds, { id, lease }: HeldClaim): string {
  return `snapshot."id" = ${binds.add('text', id)} AND snapshot."lease" = ${binds.add('text', lease)}`;
}
