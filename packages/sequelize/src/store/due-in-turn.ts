import { HELD_UNTIL_RESUMED } from '@hookline/core/adapter';
import { where } from '../conditions.js';

/** So many webhooks have a turn in one claim. */
const MAX_TURNS = 32;
const ROWS_EACH = 2;

/** Null where every owner has had one. */
export const LAST_TURN = 'SELECT "owner" FROM turns ORDER BY "number" DESC LIMIT 1';

export interface DueInTurn {
  readonly open: string;
  /** The column that says whose a row is. */
  readonly owner: string;
  /** What a row must be, beside its state. */
  readonly conditions: readonly string[];
  readonly limit: number;
  /** The placeholder of the owner whose turn was last. */
  readonly after: string;
}

/**
 * CTEs that lock what is claimed, `due`: the longest due, but what was not tried before goes ahead of what was. A quarter
 * is kept for the latter, so that it comes through where the former does not end. Each part is a range of an index.
 */
export function longestDue(
  open: string,
  conditions: readonly string[],
  limit: number,
  taken: readonly string[] = [],
): string {
  const inState = (state: string, others: readonly string[]) => [
    `"state" = '${state}'`,
    ...conditions,
    ...others.map(notIn),
  ];
  const quarter = String(Math.ceil(limit / 4));
  const parts = [...taken, 'again', 'first', 'rest'];
  return [
    `again AS MATERIALIZED (${claimable(open, inState('retrying', []), quarter)})`,
    `first AS MATERIALIZED (${claimable(open, inState('pending', taken), left(limit, ['again', ...taken]))})`,
    `rest AS MATERIALIZED (${claimable(open, inState('retrying', ['again']), left(limit, ['again', 'first', ...taken]))})`,
    `due AS MATERIALIZED (${parts.map((part) => `SELECT "id" FROM ${part}`).join(' UNION ALL ')})`,
  ].join(', ');
}

/**
 * The same, but owners take turns for half of it, so that whoever has few waiting is not behind all that another had at
 * once. In `turns` are those who had one.
 */
export function dueInTurn({ open, owner, conditions, limit, after }: DueInTurn): string {
  const turns = inTurns({ open, owner, conditions, after }, Math.floor(limit / 2));
  return [...turns, longestDue(open, conditions, limit, ['in_turn'])].join(', ');
}

/** Owners one after the other along their index, from the one after whose turn was last. */
function inTurns(
  { open, owner, after, conditions }: Omit<DueInTurn, 'limit'>,
  limit: number,
): readonly string[] {
  const isOpen = `"state" = 'pending' AND "next_attempt_at" < ${HELD_UNTIL_RESUMED}`;
  const next = (last: string) => `(SELECT min(${owner}) FROM ${open} WHERE ${isOpen} AND ${owner} > ${last})`;
  const most = Math.max(1, Math.min(MAX_TURNS, Math.ceil(limit / ROWS_EACH)));
  return [
    `turns AS (
      SELECT ${next(after)} AS "owner", 1 AS "number"
      UNION ALL SELECT ${next('turns."owner"')}, "number" + 1 FROM turns WHERE "owner" IS NOT NULL AND "number" < ${most}
    )`,
    `in_turn AS MATERIALIZED (
      SELECT taken."id" FROM turns CROSS JOIN LATERAL (
        ${claimable(open, [isOpen, `${owner} = turns."owner"`, ...conditions], String(ROWS_EACH))}
      ) AS taken LIMIT ${limit}
    )`,
  ];
}

function claimable(open: string, conditions: readonly string[], limit: string): string {
  return `SELECT "id" FROM ${open} ${where(conditions)} ORDER BY "next_attempt_at" LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
}

/** Within one statement a locked row is passed over by others alone. */
function notIn(cte: string): string {
  return `"id" <> ALL(ARRAY(SELECT "id" FROM ${cte}))`;
}

function left(limit: number, ctes: readonly string[]): string {
  return `greatest(0, ${[String(limit), ...ctes.map((cte) => `(SELECT count(*) FROM ${cte})`)].join(' - ')})`;
}
