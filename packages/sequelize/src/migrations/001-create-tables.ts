import type { Tables } from '../tables.js';
import { KEY, SHORT_LIVED } from './column-types.js';
import { createChanges, dropChanges } from './create-changes.js';
import { createHealth } from './create-health.js';
import { createIdentity } from './create-identity.js';
import { createSnapshots } from './create-snapshots.js';
import { createDeliveries, createRuns } from './create-work.js';
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
  'rejections',
  'snapshots',
  'webhook_health',
  'webhook_turns',
  'identity',
] as const;

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

function createReceipts({ receipts, rejections, prefix }: Tables): readonly string[] {
  return [
    `CREATE TABLE ${receipts} (
  id ${KEY} PRIMARY KEY,
  source ${KEY} NOT NULL,
  dedupe_key ${KEY} NOT NULL,
  event_id ${KEY} NOT NULL,
  received_at bigint NOT NULL,
  method text NOT NULL,
  url text NOT NULL,
  headers text NOT NULL,
  body bytea NOT NULL,
  erased_at bigint,
  CONSTRAINT "${prefix}receipts_key" UNIQUE (source, dedupe_key)
)`,
    `CREATE INDEX "${prefix}receipts_event" ON ${receipts} (event_id)`,
    `CREATE TABLE ${rejections} (
  id ${KEY} PRIMARY KEY,
  source text NOT NULL,
  code text NOT NULL,
  hour_at bigint NOT NULL,
  count bigint NOT NULL,
  first_at bigint NOT NULL,
  last_at bigint NOT NULL,
  sample text NOT NULL
)`,
    `COMMENT ON TABLE ${rejections} IS 'One row for each source, reason and hour in which inbound requests were refused; sample: what the newest looked like'`,
  ];
}
