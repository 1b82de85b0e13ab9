import sift from 'sift';

/**
 * A query in the language of MongoDB on what is sent: `{ 'data.total': { $gte: 100 }, 'changes.status.current': 'paid' }`.
 * Operators: `$eq $ne $gt $gte $lt $lte $in $nin $exists $size $all $elemMatch $mod $type $and $or $nor $not $startsWith
 * $endsWith $contains`. Neither code (`$where`) nor patterns (`$regex`), which could stall the process.
 */
export type Filter = Readonly<Record<string, unknown>>;

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
