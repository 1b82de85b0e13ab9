import type { Tables } from '../tables.js';

/** One row for each model that a new webhook is being told of; gone when it was told of all rows. */
export function createSnapshots({ snapshots }: Tables): readonly string[] {
  return [
    `CREATE TABLE ${snapshots} (
  id text COLLATE "C" PRIMARY KEY,
  webhook_id text COLLATE "C" NOT NULL,
  account_id text,
  model text NOT NULL,
  position text,
  created_at bigint NOT NULL,
  started_at bigint,
  begun_in bigint,
  last_event_id text,
  lease text,
  leased_until bigint NOT NULL DEFAULT 0
)`,
    `COMMENT ON COLUMN ${snapshots}.begun_in IS 'Of the transaction that set started_at. Rows are read when it and all before it have ended'`,
  ];
}
