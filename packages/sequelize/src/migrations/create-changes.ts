import type { Tables } from '../tables.js';

/** What triggers have recorded of tables that they watch, until it became events. */
export function createChanges({ changes, prefix }: Tables): readonly string[] {
  return [
    `CREATE TABLE ${changes} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  transaction_id bigint NOT NULL,
  occurred_at bigint NOT NULL,
  before jsonb,
  after jsonb,
  context text
)`,
    `CREATE INDEX "${prefix}changes_source" ON ${changes} (source, id)`,
  ];
}
