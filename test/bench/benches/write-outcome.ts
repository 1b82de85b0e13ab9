import type { Result, Target } from '../bench.ts';
import { BULK_ROWS } from '../programs/write-messages.ts';
import type { Figure } from '../rounds.ts';
import { atMost, ratioOf } from '../targets.ts';
import {
  ALONE,
  AT_ONCE,
  BASELINE,
  BULK_CREATE,
  BULK_UPDATE,
  BY_HAND,
  ENTRANTS,
  type Entrant,
  HOOKS,
  HOOKS_INSIDE,
  NOT_BOUND,
  resultName,
  type Shape,
  TRIGGER,
  TRIGGER_INSIDE,
} from './write-entrants.ts';

const LIMIT = 1.6;
const HELD_TO_IT = [HOOKS, HOOKS_INSIDE, TRIGGER, TRIGGER_INSIDE];

export function writeTargets(results: readonly Result[]): readonly Target[] {
  return HELD_TO_IT.flatMap((entrant) =>
    atMost(
      `p50, ${nameOf(ALONE, entrant, BASELINE)}`,
      LIMIT,
      ratio(results, 'p50', ALONE, entrant, BASELINE),
    ),
  );
}

export function writeRatios(results: readonly Result[]): Readonly<Record<string, number>> {
  const others = ENTRANTS.filter((entrant) => entrant !== BASELINE);
  const bound = [HOOKS, TRIGGER];
  const asked: readonly Asked[] = [
    ...others.map((entrant): Asked => ['p50', ALONE, entrant, BASELINE]),
    ...[HOOKS_INSIDE, TRIGGER_INSIDE].map((entrant): Asked => ['p50', ALONE, entrant, BY_HAND]),
    ...others.map((entrant): Asked => ['cpuMsPer1000', ALONE, entrant, BASELINE]),
    ...others.map((entrant): Asked => ['postgresCpuMsPer1000', ALONE, entrant, BASELINE]),
    ...others.map((entrant): Asked => ['perSec', AT_ONCE, entrant, BASELINE]),
    ...[BULK_CREATE, BULK_UPDATE].flatMap((shape) =>
      bound.map((entrant): Asked => ['perSec', shape, entrant, NOT_BOUND]),
    ),
  ];
  const ratios = asked.map(([figure, shape, ours, theirs]) => [
    `${TITLES[figure] ?? figure}, ${nameOf(shape, ours, theirs)}`,
    ratio(results, figure, shape, ours, theirs),
  ]);
  // In few calls Postgres takes less than can be counted.
  return Object.fromEntries(ratios.filter(([, value]) => Number.isFinite(value)));
}

type Asked = readonly [figure: Figure, shape: Shape, ours: Entrant, theirs: Entrant];

const TITLES: Partial<Readonly<Record<Figure, string>>> = {
  perSec: 'rows/s',
  cpuMsPer1000: 'CPU',
  postgresCpuMsPer1000: 'CPU of Postgres',
};

function nameOf({ title }: Shape, ours: Entrant, theirs: Entrant): string {
  return `${title}: ${ours.name} / ${theirs.name}`;
}

function ratio(
  results: readonly Result[],
  figure: Figure,
  shape: Shape,
  ours: Entrant,
  theirs: Entrant,
): number | null {
  return ratioOf(results, figure, resultName(ours, shape), resultName(theirs, shape));
}

export function writeNotes({ creates, bulks }: { readonly creates: number; readonly bulks: number }) {
  const rows = BULK_ROWS.toLocaleString('en');
  return [
    `A row of 1 KB in ten columns, two of them jsonb. Each round in a fresh process on a new database, warmed up: ${creates.toLocaleString('en')} calls of \`Order.create()\`, or ${bulks} bulk calls of ${rows} rows each. After each it is counted that every row is there, and what was to be told of every one.`,
    '`one at a time` has one connection, `20 at once` a pool of ten. A call is over when its promise is: with the transaction, where it is in one.',
    '`not bound`: the model as the app has it. `in a transaction`: each call in one of its own, `sequelize.transaction(...)`; all others call `Order.create()` without one, and Hookline opens one where it captures by hooks.',
    '`hooks`, `trigger`: bound by `bindModel`, with each kind of capture; the hub has the role `web`, so that what is measured is the write. With hooks it stores the event, with all its payload, and its row in the outbox; with triggers the database stores the row as it is, and a relay makes the event of it later, elsewhere.',
    '`hooks with all roles`: the same process relays and delivers each event to one webhook meanwhile, and has ten connections for it. Its CPU is that of all it does while it writes.',
    '`by hand`: a second row with id, type and JSON payload, `OutboxRow.create()` in the same transaction; nobody fetches it.',
    `Bulk: rows per second. An update reads each row before and after, so that each event has its own changes.`,
    'Postgres runs with the settings it comes with; every COMMIT waits for the disk.',
  ];
}
