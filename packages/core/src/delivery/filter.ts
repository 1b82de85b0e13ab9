import sift from 'sift';
import { nearest } from '../events/event-name.js';

/**
 * A query in the language of MongoDB on what is sent: `{ 'data.total': { $gte: 100 }, 'changes.status.current': 'paid' }`.
 * Operators: `$eq $ne $gt $gte $lt $lte $in $nin $exists $size $all $elemMatch $mod $type $and $or $nor $not $startsWith
 * $endsWith $contains`. Neither code (`$where`) nor patterns (`$regex`), which could stall the process.
 */
export type Filter = Readonly<Record<string, unknown>>;

const MAX_JSON_LENGTH = 10_000;
const MAX_DEPTH = 10;
const MAX_CONDITIONS = 100;

/** Tests of a text against a text; anything else does not match. */
const TEXT_TESTS: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  $startsWith: (text, part) => text.startsWith(part),
  $endsWith: (text, part) => text.endsWith(part),
  $contains: (text, part) => text.includes(part),
};

const BUILT_IN = {
  ...{ $eq: sift.$eq, $ne: sift.$ne, $gt: sift.$gt, $gte: sift.$gte, $lt: sift.$lt, $lte: sift.$lte },
  ...{ $in: sift.$in, $nin: sift.$nin, $exists: sift.$exists, $size: sift.$size, $all: sift.$all },
  ...{ $elemMatch: sift.$elemMatch, $mod: sift.$mod, $type: sift.$type },
  ...{ $and: sift.$and, $or: sift.$or, $nor: sift.$nor, $not: sift.$not },
};

const TEXT_OPERATIONS = Object.fromEntries(
  Object.entries(TEXT_TESTS).map(([name, test]) => [name, textOperation(test)]),
);

const OPERATIONS = { ...BUILT_IN, ...TEXT_OPERATIONS };

function textOperation(test: (text: string, part: string) => boolean) {
  return (part: unknown, owner: unknown, options: Parameters<typeof sift.createEqualsOperation>[2]) =>
    sift.createEqualsOperation(
      (value: unknown) => typeof value === 'string' && test(value, String(part)),
      owner,
      options,
    );
}

/** Says what is wrong with a filter, and where, or null. */
export function filterProblem(filter: unknown): string | null {
  if (!isRecord(filter)) return 'expected an object: a query in the language of MongoDB';
  const json = JSON.stringify(filter);
  if (json.length > MAX_JSON_LENGTH) return `is longer than ${MAX_JSON_LENGTH} characters`;
  const count = { conditions: 0 };
  const problem = problemIn(filter, '', 0, count);
  if (problem !== null) return problem;
  if (count.conditions > MAX_CONDITIONS) return `has more than ${MAX_CONDITIONS} conditions`;
  try {
    testerOf(filter)({});
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'cannot be read';
  }
}

function problemIn(
  value: unknown,
  path: string,
  depth: number,
  count: { conditions: number },
): string | null {
  if (depth > MAX_DEPTH) return `${path}: is nested deeper than ${MAX_DEPTH}`;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    count.conditions += 1;
    const here = path === '' ? key : `${path}.${key}`;
    const problem = (key.startsWith('$') ? operatorProblem(key, inner) : null) ?? null;
    if (problem !== null) return `${here}: ${problem}`;
    const deeper = problemIn(inner, here, depth + 1, count);
    if (deeper !== null) return deeper;
  }
  return null;
}

function operatorProblem(name: string, value: unknown): string | null {
  if (!Object.hasOwn(OPERATIONS, name)) {
    const meant = nearest(name, Object.keys(OPERATIONS));
    return `is no operator of filters${meant === null ? '' : `; did you mean ${meant}?`}`;
  }
  const isList = ['$in', '$nin', '$all', '$and', '$or', '$nor'].includes(name);
  if (isList && !Array.isArray(value)) return 'expected a list';
  if (['$and', '$or', '$nor'].includes(name) && !(value as unknown[]).every(isRecord))
    return 'expected a list of queries';
  if (['$not', '$elemMatch'].includes(name) && !isRecord(value)) return 'expected a query';
  if (name in TEXT_TESTS && typeof value !== 'string') return 'expected text';
  return null;
}

const testers = new WeakMap<Filter, (content: unknown) => boolean>();

/** Compiled once per filter. */
function testerOf(filter: Filter): (content: unknown) => boolean {
  const known = testers.get(filter);
  if (known) return known;
  const tester = sift.createQueryTester(filter as never, { operations: OPERATIONS as never });
  const made = (content: unknown) => tester(content as never);
  testers.set(filter, made);
  return made;
}

/** Whether what is sent matches. Never throws: what cannot be compared does not match. */
export function matchesFilter(filter: Filter, content: unknown): boolean {
  try {
    return testerOf(filter)(content);
  } catch {
    return false;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
