import type { Measurement } from '../bench.ts';
import type {
  InboundAppConfig,
  InboundAppOrder,
  InboundTaken,
  LoadConfig,
  Loaded,
  LoadOrder,
  VerifiedMany,
  VerifierKind,
  VerifyConfig,
  VerifyOrder,
} from '../programs/inbound-messages.ts';
import { serverCpuPer1000 } from '../scale/server-cpu.ts';
import type { Database } from '../servers.ts';
import type { Stage } from '../stage.ts';
import { endProgram, startProgram } from '../start-program.ts';
import { percentile } from '../statistics.ts';
import type { AppEntrant } from './inbound-entrants.ts';

const SECRET = 'a secret of one of the senders';
const CONNECTIONS = 10;

export interface Trial {
  readonly entrant: AppEntrant;
  readonly requests: number;
  readonly warmUp: number;
  readonly lanes: number;
}

/** One app once: in a fresh process on a fresh database, warmed up. */
export async function measureApp(trial: Trial, stage: Stage): Promise<Measurement> {
  const { entrant, requests, warmUp, lanes } = trial;
  const { servers, context } = stage;
  const database = await servers.prepare();
  const config: InboundAppConfig = {
    app: entrant.app,
    secret: SECRET,
    connections: CONNECTIONS,
    databaseUrl: database.url,
  };
  const load: LoadConfig = { secret: SECRET, path: '/inbound/github', lanes };
  const app = await startProgram<InboundAppOrder>(entrant.name, 'inbound-app', config, context);
  const sender = await startProgram<LoadOrder>('load', 'inbound-load', load);
  try {
    const port = await app.ask<number>({ kind: 'port' });
    await sender.ask<Loaded>({ port, requests: warmUp });
    await app.ask<InboundTaken>({ kind: 'taken' });
    const before = await servers.cpu();
    const loaded = await sender.ask<Loaded>({ port, requests });
    const taken = await app.ask<InboundTaken>({ kind: 'taken' });
    const { postgresCpuMsPer1000 } = serverCpuPer1000(before, await servers.cpu(), requests);
    await checkStored(trial, database);
    const isCounted = entrant.tables !== null && postgresCpuMsPer1000 !== undefined;
    return { ...figuresOf(loaded, taken), ...(isCounted ? { postgresCpuMsPer1000 } : {}) };
  } finally {
    await sender.kill();
    await endProgram(app);
    if (app.log) context.note(app.log);
    await database.drop();
  }
}

function figuresOf({ times, tookMs }: Loaded, { cpuMs, memoryMiB }: InboundTaken): Measurement {
  return {
    perSec: (times.length / tookMs) * 1_000,
    cpuMsPer1000: (cpuMs / times.length) * 1_000,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    memoryMiB,
  };
}

/** A figure counts only where all was stored that was answered for. */
async function checkStored({ entrant, requests, warmUp }: Trial, database: Database): Promise<void> {
  for (const table of entrant.tables ?? []) {
    const [row] = await database.select<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
    if (row?.count === requests + warmUp) continue;
    throw new Error(`${entrant.name}: ${row?.count} rows in ${table}, expected ${requests + warmUp}`);
  }
}

/** One way to check requests, once, in a fresh process. */
export async function measureVerifier(
  verifier: VerifierKind,
  { warmUpMs, ms }: { readonly warmUpMs: number; readonly ms: number },
  { context }: Stage,
): Promise<Measurement> {
  const config: VerifyConfig = { verifier };
  const program = await startProgram<VerifyOrder>(verifier, 'verify-process', config, context);
  try {
    await program.ask<VerifiedMany>({ ms: warmUpMs });
    const { count, tookMs, cpuMs } = await program.ask<VerifiedMany>({ ms });
    return { perSec: (count / tookMs) * 1_000, cpuMsPer1000: (cpuMs / count) * 1_000 };
  } finally {
    await endProgram(program);
  }
}
