import type { Tables } from '../tables.js';
import type { MigrationScript } from './migration-script.js';

export const createTables: MigrationScript = {
  name: '001-create-tables',
  up: (tables) => [
    ...createEvents(tables),
    ...createWebhooks(tables),
    ...createDeliveries(tables),
    ...createRuns(tables),
    ...createReceipts(tables),
  ],
  down: ({ receipts, runs, attempts, deliveries, webhooks, outbox, events }) =>
    [receipts, runs, attempts, deliveries, webhooks, outbox, events].map((table) => `DROP TABLE ${table}`),
};

/** Ids sort by time and are compared byte by byte, whatever the language of the database. */
const KEY = 'text COLLATE "C"';

function createEvents({ events, outbox, prefix }: Tables): readonly string[] {
  return [
    `CREATE TABLE ${events} (
  id ${KEY} PRIMARY KEY,
  type ${KEY} NOT NULL,
  account_id ${KEY},
  visibility text NOT NULL,
  occurred_at bigint NOT NULL,
  payload text NOT NULL,
  subject_type ${KEY},
  subject_id ${KEY},
  causation_id text,
  correlation_id text NOT NULL,
  depth integer NOT NULL,
  erased_at bigint
)`,
    `COMMENT ON TABLE ${events} IS 'Written once, never updated except by erasure. Instants are milliseconds: to_timestamp(occurred_at / 1000.0)'`,
    `CREATE INDEX "${prefix}events_account" ON ${events} (account_id, id)`,
    `CREATE INDEX "${prefix}events_type" ON ${events} (type, id)`,
    `CREATE INDEX "${prefix}events_subject" ON ${events} (subject_type, subject_id, id) WHERE subject_type IS NOT NULL`,
    // Rows come and go with every event, so room is left for updates in place and it is vacuumed early.
    `CREATE TABLE ${outbox} (
  event_id ${KEY} PRIMARY KEY,
  leased_until bigint NOT NULL,
  heard boolean NOT NULL DEFAULT false
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`,
    `COMMENT ON TABLE ${outbox} IS 'One row for each event that was not yet fanned out; heard: its sync listeners ran'`,
  ];
}

function createWebhooks({ webhooks, prefix }: Tables): readonly string[] {
  return [
    `CREATE TABLE ${webhooks} (
  id ${KEY} PRIMARY KEY,
  account_id ${KEY},
  url text NOT NULL,
  subscriptions text NOT NULL,
  description text,
  active boolean NOT NULL,
  secrets text NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
)`,
    `CREATE INDEX "${prefix}webhooks_account" ON ${webhooks} (account_id, id)`,
  ];
}

/** No foreign keys: deliveries outlive their webhook, and each would cost a look-up per row. */
function createDeliveries({ deliveries, attempts, prefix }: Tables): readonly string[] {
  return [
    // A claim updates lease and leased_until, which are in no index: with room for a second version of every row
    // in its page no index is touched, and the room of the first version is used again when it is settled.
    `CREATE TABLE ${deliveries} (
  id ${KEY} PRIMARY KEY,
  event_id ${KEY} NOT NULL,
  event_type ${KEY} NOT NULL,
  webhook_id ${KEY} NOT NULL,
  account_id ${KEY},
  state text NOT NULL,
  attempt_count integer NOT NULL,
  scheduled_attempt_count integer NOT NULL,
  manual boolean NOT NULL,
  next_attempt_at bigint,
  reason text,
  created_at bigint NOT NULL,
  finalized_at bigint,
  lease text,
  leased_until bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50)`,
    `COMMENT ON TABLE ${deliveries} IS 'A row with a lease is being attempted, whatever its state says'`,
    `CREATE INDEX "${prefix}deliveries_account" ON ${deliveries} (account_id, id)`,
    `CREATE INDEX "${prefix}deliveries_webhook" ON ${deliveries} (webhook_id, id)`,
    `CREATE INDEX "${prefix}deliveries_event" ON ${deliveries} (event_id)`,
    `CREATE INDEX "${prefix}deliveries_type" ON ${deliveries} (event_type, id)`,
    `CREATE INDEX "${prefix}deliveries_due" ON ${deliveries} (next_attempt_at) WHERE next_attempt_at IS NOT NULL`,
    `CREATE INDEX "${prefix}deliveries_failed" ON ${deliveries} (state, id) WHERE state IN ('exhausted', 'cancelled')`,
    `CREATE TABLE ${attempts} (
  id text NOT NULL,
  delivery_id ${KEY} NOT NULL,
  number integer NOT NULL,
  outcome text NOT NULL,
  failure_reason text,
  failure_message text,
  started_at bigint NOT NULL,
  duration_ms integer NOT NULL,
  response_status integer,
  response_headers text,
  response_body text,
  PRIMARY KEY (delivery_id, number, id)
)`,
  ];
}

function createRuns({ runs, prefix }: Tables): readonly string[] {
  return [
    `CREATE TABLE ${runs} (
  id ${KEY} PRIMARY KEY,
  event_id ${KEY} NOT NULL,
  listener text NOT NULL,
  state text NOT NULL,
  attempt_count integer NOT NULL,
  next_attempt_at bigint,
  last_error text,
  created_at bigint NOT NULL,
  finalized_at bigint,
  lease text,
  leased_until bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50)`,
    `CREATE INDEX "${prefix}runs_event" ON ${runs} (event_id)`,
    `CREATE INDEX "${prefix}runs_due" ON ${runs} (next_attempt_at) WHERE next_attempt_at IS NOT NULL`,
  ];
}

function createReceipts({ receipts, prefix }: Tables): readonly string[] {
  return [
    `CREATE TABLE ${receipts} (
  id ${KEY} PRIMARY KEY,
  source ${KEY} NOT NULL,
  dedupe_key ${KEY} NOT NULL,
  event_id ${KEY} NOT NULL,
  received_at bigint NOT NULL,
  headers text NOT NULL,
  body bytea NOT NULL,
  CONSTRAINT "${prefix}receipts_key" UNIQUE (source, dedupe_key)
)`,
    `CREATE INDEX "${prefix}receipts_event" ON ${receipts} (event_id)`,
  ];
}
