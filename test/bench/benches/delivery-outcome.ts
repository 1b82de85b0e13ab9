import type { Result, Target } from '../bench.ts';
import { IN_FLIGHT } from '../programs/messages.ts';
import type { Figure } from '../rounds.ts';
import { atLeast, atMost, ratioOf } from '../targets.ts';
import { ENTRANTS, SHAPES } from './delivery-entrants.ts';

interface Goal {
  readonly shape: string;
  readonly figure: Figure;
  readonly peer: string;
  readonly limit: number;
}

const GOALS: readonly Goal[] = [
  { shape: '1 webhook', figure: 'perSec', peer: 'bull-undici-log', limit: 2.5 },
  { shape: '1 webhook', figure: 'perSec', peer: 'bull-undici', limit: 1.2 },
  { shape: '1 webhook', figure: 'perSec', peer: 'bare-undici', limit: 0.4 },
  { shape: 'fan-out 10', figure: 'perSec', peer: 'bare-undici', limit: 0.65 },
  { shape: '1 webhook', figure: 'cpuMsPer1000', peer: 'bare-undici', limit: 2 },
  { shape: 'fan-out 10', figure: 'cpuMsPer1000', peer: 'bare-undici', limit: 1.5 },
];

const FIGURES = { perSec: 'deliveries/s', cpuMsPer1000: 'CPU' } as const;
type Compared = keyof typeof FIGURES;

/** Of Hookline on Bull. */
export function deliveryTargets(results: readonly Result[]): readonly Target[] {
  return GOALS.flatMap(({ shape, figure, peer, limit }) => {
    const name = titleOf(figure as Compared, 'hookline', peer, shape);
    const got = ratioOf(results, figure, `hookline, ${shape}`, `${peer}, ${shape}`);
    return figure === 'perSec' ? atLeast(name, limit, got) : atMost(name, limit, got);
  });
}

/** Of each of ours to each peer. */
export function deliveryRatios(results: readonly Result[]): Readonly<Record<string, number>> {
  const figures = Object.keys(FIGURES) as Compared[];
  const ours = ENTRANTS.filter(({ isOurs }) => isOurs);
  const peers = ENTRANTS.filter(({ isOurs }) => !isOurs);
  const pairs = ours.flatMap((mine) => peers.map((other) => [mine.name, other.name] as const));
  const ratios = SHAPES.flatMap(({ title }) =>
    figures.flatMap((figure) =>
      pairs.map(([mine, other]) => [
        titleOf(figure, mine, other, title),
        ratioOf(results, figure, `${mine}, ${title}`, `${other}, ${title}`),
      ]),
    ),
  );
  return Object.fromEntries(ratios.filter(([, ratio]) => ratio !== null));
}

function titleOf(figure: Compared, ours: string, peer: string, shape: string): string {
  return `${FIGURES[figure]}, ${shape}: ${ours} / ${peer}`;
}

export function deliveryNotes(size: {
  readonly deliveries: number;
  readonly warmUp: number;
}): readonly string[] {
  const [deliveries, warmUp] = [size.deliveries, size.warmUp].map((count) => count.toLocaleString('en'));
  return [
    `${deliveries} deliveries a round, after ${warmUp} that warm up: an event for each with one webhook, an event for each ten with a fan-out of ten. Every round is played in a fresh process, on a new database and an empty Redis; the receiver is one process of plain \`node:http\`, which reads each body and answers at once.`,
    `\`hookline\` (Bull on Redis) and \`hookline-postgres\` (no Redis) store a row for each event, delivery and attempt; all roles in one process, every option and Sequelize's pool as they come, but for the address of the receiver, which must be allowed. The app has up to ${IN_FLIGHT} calls of \`hub.dispatch\` under way.`,
    "`bare-undici` is the limit: one serialisation per event, signing as Standard Webhooks says, connections kept alive, the reply read by `pool.request`; nothing is queued or stored. Written on undici's dispatch handlers, as Hookline's own client is, it would need about a quarter less CPU.",
    '`bull-undici` and `bullmq-undici`: written by hand, a job with the payload for each event and webhook, added by `addBulk` in groups of 500, removed on completion; signed and sent as by `bare-undici`. What is delivered leaves no trace.',
    '`-log`: the same, with a row of a Sequelize model for each event, by `bulkCreate` of up to 500 before their jobs are added, and one for each attempt, by `create`; a pool of ten connections.',
    'CPU is that of the process of the contender, user and system; beside it that of the receiver, of all processes of Postgres and of Redis. All share the cores of one machine.',
    'Postgres and Redis run with the settings they come with; every COMMIT waits for the disk.',
  ];
}
