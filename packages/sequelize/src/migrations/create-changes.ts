import type { Tables } from '../tables.js';

/** Rows come and go with every change, so that vacuum is to come early. */
const SHORT_LIVED = 'WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)';

/** What triggers have recorded of tables that they watch, until it became events. */
export function createChanges({ changes, prefix, path }: Tables): readonly string[] {
  return [
    `CREATE TABLE ${changes} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text COLLATE "C" NOT NULL,
  transaction_id bigint NOT NULL,
  occurred_at bigint NOT NULL,
  context text,
  before jsonb,
  after jsonb,
  hidden text[],
  operation text,
  row_count bigint,
  failed_count integer NOT NULL DEFAULT 0,
  retry_at bigint NOT NULL DEFAULT 0,
  last_error text
) ${SHORT_LIVED}`,
    `COMMENT ON TABLE ${changes} IS 'One row for each change that a trigger saw and that is no event yet; hidden: the columns among its changes whose values are not recorded; row_count: it stands for so many rows'`,
    `CREATE INDEX "${prefix}changes_fresh" ON ${changes} (source, id) WHERE failed_count = 0`,
    `CREATE INDEX "${prefix}changes_failed" ON ${changes} (source, retry_at) WHERE failed_count > 0`,
    // Unlike a SELECT from pg_trigger it tells what is there now, and not when the transaction took its snapshot.
    `CREATE FUNCTION ${path}"${prefix}has_trigger"(name text[]) RETURNS boolean LANGUAGE plpgsql STABLE AS '
BEGIN PERFORM pg_get_object_address(''trigger'', name, ARRAY[]::text[]); RETURN true; EXCEPTION
  WHEN undefined_object OR undefined_table OR invalid_schema_name THEN RETURN false; END'`,
  ];
}

export function dropChanges({ changes, prefix, path }: Tables): readonly string[] {
  return [`DROP TABLE ${changes}`, `DROP FUNCTION ${path}"${prefix}has_trigger"(text[])`];
}
