import type { Tables } from '../tables.js';
import { KEY, SHORT_LIVED } from './column-types.js';

/** What rows have to do with each other, and the order that their events were stored in. */
const GROUP_COLUMNS = `,
  group_key ${KEY},
  group_order bigint`;
const TURN_COLUMNS = `,
  webhook_id ${KEY} NOT NULL${GROUP_COLUMNS}`;

/** No foreign keys: deliveries outlive their webhook, and each would cost a look-up per row. */
export function createDeliveries({
  deliveries,
  deliveries_open,
  attempts,
  prefix,
}: Tables): readonly string[] {
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
    ...indexGroups(deliveries_open, `${prefix}deliveries`),
    // For those that take turns: webhooks with something due, one after the other.
    `CREATE INDEX "${prefix}deliveries_turns" ON ${deliveries_open} (webhook_id, next_attempt_at) WHERE state = 'pending' AND next_attempt_at < 8640000000000000`,
    // For lists. What is pending comes and goes without it, and is found among what is due.
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

export function createRuns({ runs, runs_open, prefix }: Tables): readonly string[] {
  return [
    `CREATE TABLE ${runs} (
  id ${KEY} PRIMARY KEY,
  event_id ${KEY} NOT NULL,
  listener text NOT NULL,
  state text NOT NULL,
  attempt_count integer NOT NULL,
  next_attempt_at bigint,
  hold text,
  group_key text,
  last_error text,
  created_at bigint NOT NULL,
  finalized_at bigint
) WITH (fillfactor = 50)`,
    ...createOpen(runs_open, `${prefix}runs`, 'succeeded', GROUP_COLUMNS),
    ...indexGroups(runs_open, `${prefix}runs`),
  ];
}

/** For the first of a group, and for groups whose first waits without end: rows without a group are in neither index. */
function indexGroups(open: string, name: string): readonly string[] {
  const isGrouped = 'WHERE group_key IS NOT NULL AND next_attempt_at';
  return [
    `CREATE INDEX "${name}_group" ON ${open} (group_key, group_order) ${isGrouped} IS NOT NULL`,
    `CREATE INDEX "${name}_waiting" ON ${open} (group_key) ${isGrouped} = 8640000000000000`,
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
