import {
  type EmbeddedPostgres,
  FAST_SETTINGS,
  startEmbeddedPostgres,
} from '../../examples/support/embedded-postgres.ts';
import { openPostgres } from '../../examples/support/open-postgres.ts';
import { startRedis } from '../../examples/support/redis-server.ts';
import { createDatabase, dropDatabase } from './database.ts';
import { judge } from './judge.ts';
import { Program } from './program.ts';
import type { ReceiverOrder } from './programs/messages.ts';
import type { Result, Scenario, Setting, Size } from './scenario.ts';
import { Stage } from './stage.ts';

/** Scenarios side by side have a few dozen processes, each with its pool. */
const CONNECTIONS = { max_connections: '500' };
/** Much shorter than by default: nobody waits half a minute for each process that dies. */
const LEASE_MS = { full: 3_000, short: 1_000 };

export interface Servers {
  /** Kills of our own processes do not touch what it committed, so it need not wait for the disk. */
  readonly postgres: EmbeddedPostgres;
  stop(): Promise<void>;
}

export async function startServers(): Promise<Servers> {
  const { autovacuum: _, ...fast } = FAST_SETTINGS;
  const postgres = await openPostgres({ settings: { ...fast, ...CONNECTIONS } });
  return { postgres, stop: () => postgres.stop() };
}

/** The whole story of a scenario: stage set, played, settled, judged, cleared. What breaks it is a problem of its result. */
export async function runScenario(scenario: Scenario, size: Size, servers: Servers): Promise<Result> {
  try {
    const { stage, close } = await openStage(scenario.name, settingOf(scenario, size), servers);
    try {
      return await playOn(stage, scenario, size);
    } finally {
      await close();
    }
  } catch (error) {
    return broken(scenario, messageOf(error));
  }
}

function settingOf(scenario: Scenario, size: Size): Setting {
  const setting = scenario.setting(size);
  return { ...setting, hub: { leaseMs: LEASE_MS[size], ...setting.hub } };
}

export interface OpenStage {
  readonly stage: Stage;
  close(): Promise<void>;
}

/** A database of its own, a Redis of its own where it wants one, a receiver that knows its webhooks. */
export async function openStage(name: string, setting: Setting, servers: Servers): Promise<OpenStage> {
  const cleanUp: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of cleanUp.splice(0).toReversed()) await step();
  };
  try {
    const isOwn = setting.postgres === 'own';
    const postgres = isOwn ? await startEmbeddedPostgres({ settings: CONNECTIONS }) : servers.postgres;
    if (isOwn) cleanUp.push(() => postgres.stop());
    const database = await createDatabase(postgres.url, databaseName(name));
    cleanUp.push(() => dropDatabase(database, postgres.url));
    const redis = setting.redis ? await startRedis() : null;
    if (redis) cleanUp.push(() => redis.stop());
    const receiver = await Program.start<ReceiverOrder>('receiver', 'receiver');
    const stage = new Stage({ database, postgres, redis, receiver, setting });
    cleanUp.push(() => stage.close());
    await stage.prepare();
    return { stage, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function playOn(stage: Stage, scenario: Scenario, size: Size): Promise<Result> {
  try {
    const ending = await scenario.play(stage, size);
    const result = judge(scenario.name, await stage.settle(), ending);
    if (result.passed) return result;
    return { ...result, problems: [...result.problems, ...(await stage.unfinished()), stage.logs] };
  } catch (error) {
    return broken(scenario, `${messageOf(error)}\n${stage.logs}`);
  }
}

function databaseName(scenario: string): string {
  return `faults_${process.pid}_${scenario.replaceAll('-', '_')}`;
}

function broken({ name }: Scenario, problem: string): Result {
  const nothing = { committed: 0, owed: 0, received: 0, lost: 0, duplicates: 0, catchUpS: 0 };
  return { name, ...nothing, passed: false, problems: [`could not be played: ${problem}`] };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
