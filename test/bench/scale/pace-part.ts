import type { Program } from '../../faults/program.ts';
import type { Measurement } from '../bench.ts';
import type { ReceiverOrder } from '../programs/messages.ts';
import { type Contender, playRounds } from '../rounds.ts';
import type { Servers } from '../servers.ts';
import { endProgram, startProgram } from '../start-program.ts';
import { freshDatabase } from './fresh-database.ts';
import type { HubConfig, HubOrder, Usage } from './messages.ts';
import { named, type Part } from './part.ts';
import { serverCpuPer1000 } from './server-cpu.ts';
import { aWebhook } from './webhook.ts';

const SIZES = {
  full: { rates: [100, 500, 1_000, 2_000, 3_000], durationMs: 6_000, rounds: 3 },
  short: { rates: [100], durationMs: 500, rounds: 1 },
};
const WARM_UP = { events: 1_000, short: 50 };
const ACCOUNT = '1';

interface Trial {
  readonly servers: Servers;
  readonly receiver: Program<ReceiverOrder>;
  readonly durationMs: number;
  readonly warmUp: number;
}

/** What a delivery takes at rates below the highest, where fewer of them share a statement. */
export const pacePart: Part = {
  name: 'pace',
  run: async (servers, context) => {
    const { rates, durationMs, rounds: usual } = SIZES[context.size];
    const warmUp = context.size === 'full' ? WARM_UP.events : WARM_UP.short;
    const receiver = await startProgram<ReceiverOrder>('receiver', 'receiver');
    const trial: Trial = { servers, receiver, durationMs, warmUp };
    const contenders = rates.map(
      (perSec): Contender => ({
        name: `pace, ${named(perSec)} a second`,
        measure: () => measure(perSec, trial),
      }),
    );
    const results = await playRounds(contenders, { ...context, rounds: context.rounds ?? usual });
    await receiver.kill();
    return { results, ratios: {}, targets: [], notes: NOTES };
  },
};

/** One process that does all, on Postgres alone. */
async function measure(perSec: number, trial: Trial): Promise<Measurement> {
  const { servers, receiver, durationMs, warmUp } = trial;
  const url = await receiver.ask<string>({ kind: 'reset' });
  const database = await freshDatabase(servers, ({ store }) => store.webhooks.insert(aWebhook(url, ACCOUNT)));
  const config: HubConfig = { databaseUrl: database.url, roles: ['web', 'relay', 'worker'] };
  const hub: Program<HubOrder> = await startProgram('hub', 'scale-hub', config);
  try {
    const before = await hub.ask<Usage>({ kind: 'dispatch', events: warmUp, accounts: [ACCOUNT] });
    const serversBefore = await servers.cpu();
    const after = await hub.ask<Usage>({ kind: 'pace', perSec, durationMs, account: ACCOUNT });
    const serversAfter = await servers.cpu();
    const deliveries = after.dispatched - before.dispatched;
    return {
      perSec: (deliveries / (after.at - before.at)) * 1_000,
      cpuMsPer1000: ((after.cpuMs - before.cpuMs) / deliveries) * 1_000,
      ...serverCpuPer1000(serversBefore, serversAfter, deliveries),
    };
  } finally {
    await endProgram(hub);
    await database.drop();
  }
}

const NOTES = [
  'pace: one process that dispatches, relays and works on Postgres alone; events with 1 KB of payload at random instants, one webhook.',
];
