import type { Tables } from '../tables.js';
import { createChanges, dropChanges } from './create-changes.js';
import { createHealth } from './create-health.js';
import { createIdentity } from './create-identity.js';
import { createSnapshots } from './create-snapshots.js';
import type { MigrationScript } from './migration-script.js';

export const createTables: MigrationScript = {
  name: '001-create-tables',
  up: (tables) => [
    ...createEvents(tables),
    ...createWebhooks(tables),
    ...createDeliveries(tables),
    ...createRuns(tables),
    ...createReceipts(tables),
    ...createChanges(tables),
    ...createSnapshots(tables),
    ...createHealth(tables),
    ...createIdentity(tables),
  ],
  down: (tables) => [
    ...NAMES.toReversed().map((name) => `DROP TABLE ${tables[name]}`),
    ...dropChanges(tables),
    `DROP FUNCTION ${tables.path}"${tables.prefix}note_webhooks"()`,
    `DROP SEQUENCE ${tables.path}"${tables.prefix}events_stored"`,
  ],
};

const NAMES = [
  'events',
  'outbox',
  'event_keys',
  'webhooks',
  'webhook_version',
  'deliveries',
  'deliveries_open',
  'attempts',
  'runs',
  'runs_open',
  'receipts',
  'snapshots',
  'webhook_health',
  'webhook_turns',
  'identity',
] as const;

/** Ids sort by time and are compared byte by byte, whatever the language of the database. */
const KEY = 'text COLLATE "C"';

/** Of tables whose rows come and go with every event: room for updates in place, and vacuumed early. */
const SHORT_LIVED =
  'WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)';

function createEvents({ events, outbox, event_keys, prefix, path }: Tables): readonly string[] {
  const order = `${path}"${prefix}events_stored"`;
  return [
    `CREATE SEQUENCE ${order}`,
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
  request_id text,
  webhook_id text,
  headers text,
  stored_as bigint NOT NULL DEFAULT nextval('${order}'),
  erased_at bigint
)`,
    `COMMENT ON TABLE ${events} IS 'Written once, never updated except by erasure. Instants are milliseconds: to_timestamp(occurred_at / 1000.0)'`,
    `COMMENT ON COLUMN ${events}.stored_as IS 'Grows with each event that is stored: of two events about a row that is locked by whoever writes it, the later has the higher one, whatever the clocks say'`,
    `CREATE INDEX "${prefix}events_account" ON ${events} (account_id, id)`,
    `CREATE INDEX "${prefix}events_type" ON ${events} (type, id)`,
    `CREATE INDEX "${prefix}events_subject" ON ${events} (subject_type, subject_id, id) WHERE subject_type IS NOT NULL`,
    `CREATE TABLE ${outbox} (
  event_id ${KEY} PRIMARY KEY,
  leased_until bigint NOT NULL,
  heard boolean NOT NULL DEFAULT false,
  due_at bigint
) ${SHORT_LIVED}`,
    `CREATE TABLE ${event_keys} (
  account_id ${KEY} NOT NULL,
  key ${KEY} NOT NULL,
  event_id ${KEY} NOT NULL,
  PRIMARY KEY (account_id, key)
)`,
    `CREATE INDEX "${prefix}event_keys_event" ON ${event_keys} (event_id)`,
    `COMMENT ON TABLE ${event_keys} IS 'The idempotency keys of events; account_id is empty where the event has none'`,
    `COMMENT ON TABLE ${outbox} IS 'One row for each event that was not yet fanned out; heard: its sync listeners ran; due_at: of one that is to be so later'`,
  ];
}

function createWebhooks(tables: Tables): readonly string[] {
  const { webhooks, prefix } = tables;
  return [
    `CREATE TABLE ${webhooks} (
  id ${KEY} PRIMARY KEY,
  account_id ${KEY},
  url text NOT NULL,
  subscriptions text NOT NULL,
  description text,
  active boolean NOT NULL,
  disabled text,
  paused boolean NOT NULL DEFAULT false,
  secrets text NOT NULL,
  settings text NOT NULL DEFAULT '{}',
  credentials text,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
)`,
    `CREATE INDEX "${prefix}webhooks_account" ON ${webhooks} (account_id, id)`,
    ...createWebhookVersion(tables),
  ];
}

/**
 * The version is the transaction that changed a webhook last, whoever did it and how: a number that never comes
 * again. The table is looked for beside the webhooks, since a writer may have another search_path.
 */
function createWebhookVersion({ webhooks, webhook_version, prefix, path }: Tables): readonly string[] {
  const note = `${path}"${prefix}note_webhooks"()`;
  return [
    `CREATE TABLE ${webhook_version} (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  version bigint NOT NULL
)`,
    `INSERT INTO ${webhook_version} (version) VALUES (0)`,
    `CREATE FUNCTION ${note} RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
  EXECUTE format(''INSERT INTO %I.%I (version) VALUES (txid_current()) ON CONFLICT (single) DO UPDATE SET version = excluded.version'',
    TG_TABLE_SCHEMA, ''${prefix}webhook_version''); RETURN NULL; END'`,
    `CREATE TRIGGER "${prefix}note_webhooks" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${webhooks}
FOR EACH STATEMENT EXECUTE PROCEDURE ${note}`,
  ];
}

/** What deliveries have to do with each other, and the order that their events were stored in. */
const TURN_COLUMNS = `,
  webhook_id ${KEY} NOT NULL,
  group_key ${KEY},
  group_order bigint`;

/** No foreign keys: deliveries outlive their webhook, and each would cost a look-up per row. */
function createDeliveries({ deliveries, deliveries_open, attempts, prefix }: Tables): readonly string[] {
  return [
    // No index has a column that ever changes: with room for a second version of every row in its page, how an
    // attempt went is written beside the first one, and no index is touched.
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
  hold text,
  group_key text,
  reason text,
  created_at bigint NOT NULL,
  finalized_at bigint
) WITH (fillfactor = 50)`,
    `COMMENT ON TABLE ${deliveries} IS 'A row with a lease in ${prefix}deliveries_open is being attempted, whatever its state says'`,
    `CREATE INDEX "${prefix}deliveries_account" ON ${deliveries} (account_id, id)`,
    `CREATE INDEX "${prefix}deliveries_webhook" ON ${deliveries} (webhook_id, id)`,
    `CREATE INDEX "${prefix}deliveries_type" ON ${deliveries} (event_type, id)`,
    `CREATE INDEX "${prefix}deliveries_held" ON ${deliveries} (webhook_id, hold, id) WHERE hold IS NOT NULL`,
    ...createOpen(deliveries_open, `${prefix}deliveries`, 'delivered', TURN_COLUMNS),
    `CREATE INDEX "${prefix}deliveries_group" ON ${deliveries_open} (group_key, group_order) WHERE group_key IS NOT NULL AND next_attempt_at IS NOT NULL`,
    // For those that take turns: webhooks with something due, one after the other.
    `CREATE INDEX "${prefix}deliveries_turns" ON ${deliveries_open} (webhook_id, next_attempt_at) WHERE state = 'pending' AND next_attempt_at < 8640000000000000`,
    // For lists. What is pending comes and goes without it, and is found among what is due.
    `CREATE INDEX "${prefix}deliveries_waiting" ON ${deliveries_open} (group_key) WHERE group_key IS NOT NULL AND next_attempt_at = 8640000000000000`,
    `CREATE INDEX "${prefix}deliveries_failed" ON ${deliveries_open} (state, id) WHERE state <> 'pending'`,
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

function createRuns({ runs, runs_open, prefix }: Tables): readonly string[] {
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
  finalized_at bigint
) WITH (fillfactor = 50)`,
    ...createOpen(runs_open, `${prefix}runs`, 'succeeded'),
  ];
}

/** Narrow rows of what did not succeed: what is due or claimed, and what was given up. */
function createOpen(open: string, name: string, doneState: string, more = ''): readonly string[] {
  return [
    `CREATE TABLE ${open} (
  id ${KEY} PRIMARY KEY,
  state ${KEY} NOT NULL,
  next_attempt_at bigint,
  lease text,
  leased_until bigint NOT NULL DEFAULT 0${more}
) ${SHORT_LIVED}`,
    `COMMENT ON TABLE ${open} IS 'One row for each row of ${name} that is not ${doneState}; next_attempt_at is null where it was given up'`,
    `CREATE INDEX "${name}_due" ON ${open} (state, next_attempt_at) WHERE next_attempt_at IS NOT NULL`,
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
