import type { Tables } from '../tables.js';

/** One row for each model that a new webhook is being told of; gone when it was told of all rows. */
export function createSnapshots({ snapshots }: Tables): readonly string[] {
  return [
    `CREATE TABLE ${snapshots} (
  id text COLLATE "C" PRIMARY KEY,
  webhook_id text NOT NULL,
  account_id text,
  model text NOT NULL,
  position text,
  created_at bigint NOT NULL,
  lease text,
  leased_until bigint NOT NULL
)`,
  ];
}
