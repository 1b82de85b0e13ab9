import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from '../../faults/program.ts';
import type { Measurement } from '../bench.ts';
import type { ReceiverOrder } from '../programs/messages.ts';
import { type Contender, playRounds } from '../rounds.ts';
import type { Database } from '../servers.ts';
import { endProgram, startProgram } from '../start-program.ts';
import { atMost, ratioOf } from '../targets.ts';
import { freshDatabase } from './fresh-database.ts';
import { makeDue } from './make-due.ts';
import type { HubConfig, HubOrder, Usage } from './messages.ts';
import { named, type Part } from './part.ts';

const SIZES = {
  full: { few: 1_000, many: 1_000_000, runMs: 20_000, rounds: 3 },
  short: { few: 500, many: 2_000, runMs: 1_000, rounds: 1 },
};
const MOST = 1.3;
/** Longer than any attempt may take. */
const NEVER_MS = 3_600_000;
const TIMEOUT_MS = 60_000;
/** So that few deliveries keep a worker as busy as many do. */
const RETRY = new Array<number>(1_000).fill(200);
/** Nobody listens there. */
const DOWN_URL = 'http://127.0.0.1:2';

/** Whether what is pending takes room in the process that is to deliver it. */
export const memoryPart: Part = {
  name: 'memory',
  run: async (servers, context) => {
    const { few, many, runMs, rounds: usual } = SIZES[context.size];
    const receiver = await startProgram<ReceiverOrder>('receiver', 'receiver', { delayMs: NEVER_MS });
    const urls = { hanging: await receiver.ask<string>({ kind: 'reset' }), down: DOWN_URL };
    const databases: Database[] = [];
    const contenders: Contender[] = [];
    for (const [state, url] of Object.entries(urls))
      for (const due of [few, many]) {
        const database = await freshDatabase(servers, ({ store }) => makeDue(store, url, due));
        context.note(`memory: ${nameOf(due, state)}`);
        databases.push(database);
        contenders.push({ name: nameOf(due, state), measure: () => measure(database, runMs) });
      }
    const rounds = context.rounds ?? usual;
    const results = await playRounds(contenders, { ...context, rounds });
    await receiver.kill();
    for (const database of databases) await database.drop();
    const ratios = Object.keys(urls).flatMap((state): readonly (readonly [string, number])[] => {
      const ratio = ratioOf(results, 'memoryMiB', nameOf(many, state), nameOf(few, state));
      const title = `memory, receiver ${state}: ${named(many)} due to ${named(few)}`;
      return ratio === null ? [] : [[title, ratio]];
    });
    const targets = ratios.flatMap(([title, ratio]) => atMost(title, MOST, ratio));
    return { results, ratios: Object.fromEntries(ratios), targets, notes: NOTES };
  },
};

/** A hub that begins to work on what is there, until its time is up. It gives back what it has in hand. */
async function measure({ url }: Database, runMs: number): Promise<Measurement> {
  const config: HubConfig = {
    databaseUrl: url,
    roles: ['relay', 'worker'],
    timeoutMs: TIMEOUT_MS,
    retry: RETRY,
  };
  const hub: Program<HubOrder> = await startProgram('hub', 'scale-hub', config);
  try {
    await hub.ask<Usage>({ kind: 'start' });
    await sleep(runMs);
    const { memoryMiB } = await hub.ask<Usage>({ kind: 'usage' });
    return { memoryMiB };
  } finally {
    await endProgram(hub);
  }
}

function nameOf(due: number, state: string): string {
  return `memory, ${named(due)} due, receiver ${state}`;
}

const NOTES = [
  'memory: a hub with the roles relay and worker on Postgres alone, 100 attempts in hand. The hanging receiver never answers; where it is down its port refuses connections, and each delivery is due again after 0.2 s.',
];
