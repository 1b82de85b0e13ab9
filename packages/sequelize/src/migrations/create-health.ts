import type { Tables } from '../tables.js';

/** One row for each webhook that only fails, and one for each that has a rate limit. */
export function createHealth({ webhook_health, webhook_turns }: Tables): readonly string[] {
  return [
    `CREATE TABLE ${webhook_health} (
  webhook_id text COLLATE "C" PRIMARY KEY,
  failing_since bigint NOT NULL,
  failure_count bigint NOT NULL,
  warned_percent integer NOT NULL DEFAULT 0,
  probe_at bigint
)`,
    `CREATE TABLE ${webhook_turns} (
  webhook_id text COLLATE "C" PRIMARY KEY,
  next_turn_at double precision NOT NULL
)`,
    `COMMENT ON TABLE ${webhook_turns} IS 'When a webhook with a rate limit may be sent to next, in milliseconds'`,
  ];
}
