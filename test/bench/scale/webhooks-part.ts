import type { Program } from '../../faults/program.ts';
import type { Measurement } from '../bench.ts';
import { type Contender, playRounds } from '../rounds.ts';
import type { Database, Servers } from '../servers.ts';
import { endProgram, startProgram } from '../start-program.ts';
import { ratioOf } from '../targets.ts';
import { type FreshStore, freshDatabase } from './fresh-database.ts';
import type { HubConfig, HubOrder, Usage } from './messages.ts';
import { named, type Part } from './part.ts';
import { multiply } from './tables.ts';
import { aWebhook } from './webhook.ts';

const SIZES = {
  full: { events: 3_000, webhooks: [10, 100, 1_000, 10_000], accounts: [10, 10_000], rounds: 5 },
  short: { events: 100, webhooks: [10, 100], accounts: [10, 100], rounds: 1 },
};
/** Of the webhooks of the account. */
const SUBSCRIBED = 10;
const SUBSCRIBED_TO = 'order.*';
const OTHERS = 'invoice.*';

interface Shape {
  readonly name: string;
  readonly accounts: number;
  readonly webhooksEach: number;
  readonly subscribedEach: number;
}

/** What dispatch and fan-out cost among many webhooks that do not want the event. */
export const webhooksPart: Part = {
  name: 'webhooks',
  run: async (servers, context) => {
    const { events, webhooks, accounts, rounds: usual } = SIZES[context.size];
    const inOne = webhooks.map(
      (count): Shape => ({
        name: `webhooks, ${named(count)} in the account`,
        accounts: 1,
        webhooksEach: count,
        subscribedEach: SUBSCRIBED,
      }),
    );
    const inMany = accounts.map(
      (count): Shape => ({
        name: `webhooks, 1 in each of ${named(count)} accounts`,
        accounts: count,
        webhooksEach: 1,
        subscribedEach: 1,
      }),
    );
    const contenders = [...inOne, ...inMany].map(
      (shape): Contender => ({ name: shape.name, measure: () => measure(servers, shape, events) }),
    );
    const results = await playRounds(contenders, { ...context, rounds: context.rounds ?? usual });
    const ratios = [inOne, inMany].flatMap((shapes): readonly (readonly [string, number])[] => {
      const [few = '', many = ''] = [shapes[0]?.name, shapes.at(-1)?.name];
      const ratio = ratioOf(results, 'perSec', many, few);
      return ratio === null ? [] : [[`events/s, ${many} to ${few}`, ratio]];
    });
    return { results, ratios: Object.fromEntries(ratios), targets: [], notes: [noteOf(events)] };
  },
};

/** From the first dispatch until all events are fanned out: every delivery stored, none begun. `max`: the very first event. */
async function measure(servers: Servers, shape: Shape, events: number): Promise<Measurement> {
  const database = await freshDatabase(servers, (fresh) => makeWebhooks(fresh, shape));
  const config: HubConfig = { databaseUrl: database.url, roles: ['web', 'relay'] };
  const hub: Program<HubOrder> = await startProgram(shape.name, 'scale-hub', config);
  const accounts = Array.from({ length: shape.accounts }, (_, index) => String(index + 1));
  try {
    const started = await hub.ask<Usage>({ kind: 'start' });
    const first = await hub.ask<Usage>({ kind: 'dispatch', events: 1, accounts });
    const warm = await hub.ask<Usage>({ kind: 'dispatch', events, accounts });
    const done = await hub.ask<Usage>({ kind: 'dispatch', events, accounts });
    await checkStored(database, (1 + 2 * events) * shape.subscribedEach);
    return {
      perSec: (events / (done.at - warm.at)) * 1_000,
      cpuMsPer1000: ((done.cpuMs - warm.cpuMs) / events) * 1_000,
      max: first.at - started.at,
      memoryMiB: done.memoryMiB,
    };
  } finally {
    await endProgram(hub);
    await database.drop();
  }
}

async function checkStored(database: Database, owed: number): Promise<void> {
  const [row] = await database.select<{ count: number }>(
    'SELECT count(*)::int AS count FROM hookline_deliveries',
  );
  if (row?.count !== owed) throw new Error(`${row?.count} deliveries are stored where ${owed} were to be.`);
}

/** Two as an app makes them, one that wants the event and one that does not, and the others after their model. */
async function makeWebhooks({ store, connect }: FreshStore, shape: Shape): Promise<void> {
  const { accounts, webhooksEach, subscribedEach } = shape;
  const wanting = aWebhook('http://127.0.0.1:9/', 'model', [SUBSCRIBED_TO]);
  const other = aWebhook('http://127.0.0.1:9/', 'model', [OTHERS]);
  for (const webhook of [wanting, other]) await store.webhooks.insert(webhook);
  const sequelize = connect();
  await multiply(sequelize, 'webhooks', {
    model: `model."id" = CASE WHEN k < ${subscribedEach} THEN '${wanting.id}' ELSE '${other.id}' END`,
    source: `generate_series(1, ${accounts}) AS account, generate_series(0, ${webhooksEach - 1}) AS k`,
    overrides: {
      id: `'wh_01hq000000' || lpad((account * ${webhooksEach} + k)::text, 16, '0')`,
      account_id: 'account::text',
    },
  });
  await sequelize.query('ANALYZE');
}

function noteOf(events: number): string {
  return `webhooks: ${named(events)} events, from the first dispatch until all are fanned out, by a process that relays and does not work. In one account ${SUBSCRIBED} webhooks want the event, so ten deliveries are stored for each; with many accounts it is one. max: the first event of the process, which reads the webhooks.`;
}
