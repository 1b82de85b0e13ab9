import { nearest } from '../events/event-name.js';
import { kindOf } from './call-app.js';
import { type Kinds, pathProblem } from './filter-path.js';

const MAX_JSON_LENGTH = 10_000;
const MAX_DEPTH = 10;
const MAX_CONDITIONS = 100;

/** Where in a filter somebody looks, and what is known of the values that are compared there. */
interface Place {
  readonly path: string;
  readonly depth: number;
  /** Whether names are those of what is sent; within a list they are those of its items. */
  readonly isTop: boolean;
  /** Null: anything. */
  readonly kinds: Kinds | null;
  readonly count: { conditions: number };
}

type Check = (operand: unknown, at: Place) => string | null;

/** Says what is wrong with a filter, and where, or null. What can never match is wrong, too. */
export function filterProblem(filter: unknown): string | null {
  if (!isRecord(filter)) return 'expected an object: a query in the language of MongoDB';
  const count = { conditions: 0 };
  const problem = queryProblem(filter, { path: '', depth: 0, isTop: true, kinds: null, count });
  if (problem !== null) return problem;
  const isLong = JSON.stringify(filter).length > MAX_JSON_LENGTH;
  return isLong ? `is longer than ${MAX_JSON_LENGTH} characters` : null;
}

/** Fields with their conditions, and what joins queries. */
const queryProblem: Check = (query, at) => {
  if (!isRecord(query)) return wrong(at, 'a query', query);
  return firstProblem(Object.entries(query), ([name, value]) => {
    const here = within(at, name);
    const limit = limitProblem(here);
    if (limit !== null) return limit;
    if (Object.hasOwn(JOINING, name)) return JOINING[name]?.(value, here) ?? null;
    if (name.startsWith('$')) return said(here, misplaced(name, at.isTop ? 'at the top' : 'beside names'));
    const path = pathProblem(name, at.isTop);
    return 'problem' in path ? said(here, path.problem) : conditionProblem(value, { ...here, ...path });
  });
};

/** A value, which is to be equal, or operators. */
const conditionProblem: Check = (condition, at) =>
  isOperators(condition) ? operatorsProblem(condition, at) : equalProblem(condition, at);

const operatorsProblem: Check = (condition, at) => {
  const entries = isRecord(condition) ? Object.entries(condition) : [];
  if (entries.length === 0) return wrong(at, 'one or more operators', condition);
  return firstProblem(entries, ([name, operand]) => {
    const here = within(at, name);
    const limit = limitProblem(here);
    if (limit !== null) return limit;
    if (Object.hasOwn(OPERATORS, name)) return OPERATORS[name]?.(operand, here) ?? null;
    return said(here, misplaced(name, 'below a field'));
  });
};

/** What is within a list or negated: a query on its items, or operators on them. */
const innerProblem: Check = (operand, at) => {
  if (!isRecord(operand) || Object.keys(operand).length === 0)
    return wrong(at, 'one or more conditions', operand);
  const inner = { ...at, isTop: false, kinds: null };
  const isOnItems = Object.keys(operand).some((name) => Object.hasOwn(OPERATORS, name));
  return isOnItems ? operatorsProblem(operand, inner) : queryProblem(operand, inner);
};

const queriesProblem: Check = (operand, at) => {
  if (!Array.isArray(operand)) return wrong(at, 'a list of queries', operand);
  if (operand.length === 0) return said(at, 'expected a list of queries, one or more');
  return firstProblem(operand.entries(), ([index, query]) =>
    isRecord(query)
      ? queryProblem(query, within(at, String(index)))
      : said(at, `expected a list of queries, got ${kindOf(query)} in it`),
  );
};

const equalProblem: Check = (value, at) => {
  const literal = literalProblem(value, at);
  return literal ?? kindProblem(value, at);
};

/** Values that are compared as they are: what JSON can carry, without operators in it. */
const literalProblem: Check = (value, at) => {
  if (at.depth > MAX_DEPTH) return said(at, `is nested deeper than ${MAX_DEPTH}`);
  if (Array.isArray(value))
    return firstProblem(value.entries(), ([index, item]) => literalProblem(item, within(at, String(index))));
  if (!isRecord(value)) return isScalar(value) ? null : wrong(at, 'what JSON can carry', value);
  if (!isPlain(value)) return wrong(at, 'what JSON can carry', value);
  return firstProblem(Object.entries(value), ([name, inner]) => {
    const here = within(at, name);
    if (!name.startsWith('$')) return literalProblem(inner, here);
    return said(here, 'an operator stands right below a field: write the whole path of it, with dots');
  });
};

/** Of some fields it is known what is in them. */
const kindProblem: Check = (value, at) => {
  if (value === null || mayBe(at, typeof value)) return null;
  return wrong(at, at.kinds?.map((kind) => KIND_NAMES[kind]).join(' or ') ?? '', value);
};

const KIND_NAMES = {
  string: 'text',
  number: 'a number',
  boolean: 'true',
  object: 'the path of a field in it',
};

const needing =
  (kind: 'string' | 'number' | 'list', check: Check): Check =>
  (operand, at) =>
    mayBe(at, kind) ? check(operand, at) : said(at, `is for ${NEEDED[kind]}, and there is none here`);

const NEEDED = { string: 'a text', number: 'a number', list: 'a list' };

function mayBe({ kinds }: Place, kind: string): boolean {
  return kinds === null || kinds.some((each) => each === kind);
}

const orderProblem: Check = (operand, at) =>
  typeof operand === 'string' || isNumber(operand)
    ? kindProblem(operand, at)
    : wrong(at, 'a number or text', operand);

const valuesProblem =
  (minCount: number, itemProblem: Check): Check =>
  (operand, at) => {
    if (!Array.isArray(operand)) return wrong(at, 'a list', operand);
    if (operand.length < minCount) return said(at, 'expected a list of one or more values');
    return firstProblem(operand.entries(), ([index, item]) => itemProblem(item, within(at, String(index))));
  };

const TYPES = ['number', 'string', 'bool', 'array', 'null'];

const typeProblem: Check = (operand, at) =>
  TYPES.includes(operand as string)
    ? null
    : said(at, `expected one of ${TYPES.map((name) => `"${name}"`).join(', ')}`);

const remainderProblem: Check = (operand, at) => {
  const [divisor, remainder] = Array.isArray(operand) && operand.length === 2 ? operand : [];
  if (!isNumber(divisor) || !isNumber(remainder)) return said(at, 'expected [divisor, remainder]');
  const isPossible = divisor !== 0 && Math.abs(remainder) < Math.abs(divisor);
  return isPossible ? null : said(at, 'expected [divisor, remainder], the remainder less than the divisor');
};

const text: Check = (operand, at) => (typeof operand === 'string' ? null : wrong(at, 'text', operand));
const trueOrFalse: Check = (operand, at) =>
  typeof operand === 'boolean' ? null : wrong(at, 'true or false', operand);
const wholeNumber: Check = (operand, at) =>
  Number.isInteger(operand) && Number(operand) >= 0 ? null : wrong(at, 'a whole number from 0', operand);

/** Between queries. */
const JOINING: Readonly<Record<string, Check>> = {
  $and: queriesProblem,
  $or: queriesProblem,
  $nor: queriesProblem,
  $not: (operand, at) =>
    isRecord(operand) && Object.keys(operand).length > 0
      ? queryProblem(operand, at)
      : wrong(at, 'a query', operand),
};

/** On a field. */
const OPERATORS: Readonly<Record<string, Check>> = {
  $eq: equalProblem,
  $ne: literalProblem,
  $gt: orderProblem,
  $gte: orderProblem,
  $lt: orderProblem,
  $lte: orderProblem,
  $in: valuesProblem(1, equalProblem),
  $nin: valuesProblem(0, literalProblem),
  $all: valuesProblem(1, conditionProblem),
  $exists: trueOrFalse,
  $size: needing('list', wholeNumber),
  $elemMatch: needing('list', innerProblem),
  $mod: needing('number', remainderProblem),
  $type: typeProblem,
  $not: innerProblem,
  $startsWith: needing('string', text),
  $endsWith: needing('string', text),
  $contains: needing('string', text),
};

/** Why an operator cannot stand where it stands. */
function misplaced(name: string, where: string): string {
  if (Object.hasOwn(OPERATORS, name)) return `stands below a field, not ${where}`;
  if (Object.hasOwn(JOINING, name)) return `stands at the top, not ${where}`;
  const meant = nearest(name, Object.keys({ ...OPERATORS, ...JOINING }));
  if (!name.startsWith('$')) return 'is a name beside operators: expected operators alone';
  return `is no operator of filters${meant === null ? '' : `; did you mean ${meant}?`}`;
}

function limitProblem({ depth, count, path }: Place): string | null {
  count.conditions += 1;
  if (count.conditions > MAX_CONDITIONS) return `has more than ${MAX_CONDITIONS} conditions`;
  return depth > MAX_DEPTH ? `${path}: is nested deeper than ${MAX_DEPTH}` : null;
}

function within(at: Place, name: string): Place {
  return { ...at, path: at.path === '' ? name : `${at.path}.${name}`, depth: at.depth + 1 };
}

function said({ path }: Place, problem: string): string {
  return `${path}: ${problem}`;
}

function wrong(at: Place, expected: string, got: unknown): string {
  return said(at, `expected ${expected}, got ${kindOf(got)}`);
}

function firstProblem<Item>(items: Iterable<Item>, problemOf: (item: Item) => string | null): string | null {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== null) return problem;
  }
  return null;
}

function isOperators(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).some((name) => name.startsWith('$'));
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || isNumber(value);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
