import type { Way, WayGroup } from './way.js';
import { ASSOCIATIONS } from './ways/associations.js';
import { BELOW } from './ways/below.js';
import { JSON_VALUES } from './ways/json-values.js';
import { MANY_ROWS } from './ways/many-rows.js';
import { BULK_MODES, RULES } from './ways/modes.js';
import { ONE_ROW } from './ways/one-row.js';
import { PARANOID } from './ways/paranoid.js';
import { SPECIAL_CASES } from './ways/special-cases.js';
import { STALE_INSTANCES } from './ways/stale-instances.js';
import { TRANSACTIONS } from './ways/transactions.js';
import { UPSERTS } from './ways/upserts.js';

/** In the order of the docs. */
export const WAY_GROUPS: readonly WayGroup[] = [
  ONE_ROW,
  JSON_VALUES,
  PARANOID,
  MANY_ROWS,
  UPSERTS,
  ASSOCIATIONS,
  SPECIAL_CASES,
  STALE_INSTANCES,
  TRANSACTIONS,
  BULK_MODES,
  RULES,
  BELOW,
];

export const ALL_WAYS: readonly Way[] = WAY_GROUPS.flatMap(({ ways }) => ways);
