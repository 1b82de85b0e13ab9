import type { Program } from '../../faults/program.ts';
import type { Measurement } from '../bench.ts';
import {
  BULK_ROWS,
  type WriteOrder,
  type WriterConfig,
  type WriterKind,
  type Written,
} from '../programs/write-messages.ts';
import { serverCpuPer1000 } from '../scale/server-cpu.ts';
import type { Database } from '../servers.ts';
import type { Stage } from '../stage.ts';
import { endProgram, startProgram } from '../start-program.ts';
import { percentile } from '../statistics.ts';
import { type Entrant, resultName, type Shape } from './write-entrants.ts';

/** A hub in a process with all roles needs connections of its own beside the writer's. */
const CONNECTIONS_OF_ALL_ROLES = 10;

export interface Trial {
  readonly entrant: Entrant;
  readonly shape: Shape;
  readonly calls: number;
  readonly warmUp: number;
}

/** One contender once: in a fresh process on a fresh database, warmed up. */
export async function measureWrite(trial: Trial, stage: Stage): Promise<Measurement> {
  const { servers, context } = stage;
  const { entrant, shape, warmUp, calls } = trial;
  const database = await servers.prepare();
  const title = resultName(entrant, shape);
  const config = await configOf(trial, stage, database);
  const writer = await startProgram<WriteOrder>(title, 'write-process', config, context);
  try {
    if (shape.kind === 'bulk-update') await write(writer, { ...shape, kind: 'bulk-create' }, warmUp + calls);
    await write(writer, shape, warmUp);
    const before = await servers.cpu();
    const written = await write(writer, shape, calls);
    const after = await servers.cpu();
    await writer.ask({ kind: 'settle' });
    await checkWritten(trial, database);
    const rows = calls * rowsOf(shape);
    return { ...figuresOf(shape, written, rows), ...postgresOf(serverCpuPer1000(before, after, rows)) };
  } finally {
    await endProgram(writer);
    if (writer.log) context.note(writer.log);
    await database.drop();
  }
}

async function configOf(
  { entrant, shape }: Trial,
  { receiver }: Stage,
  database: Database,
): Promise<WriterConfig> {
  const { writer, isInTransaction, hasAllRoles } = entrant;
  const own = { writer, isInTransaction, databaseUrl: database.url };
  if (!hasAllRoles) return { ...own, connections: shape.connections, roles: ['web'] };
  const receiverUrl = await receiver.ask<string>({ kind: 'reset' });
  return { ...own, connections: CONNECTIONS_OF_ALL_ROLES, receiverUrl };
}

function write(writer: Program<WriteOrder>, { kind, lanes }: Shape, calls: number): Promise<Written> {
  return writer.ask<Written>({ kind, lanes, calls });
}

function rowsOf({ kind }: Shape): number {
  return kind === 'create' ? 1 : BULK_ROWS;
}

/** How long a call takes is told where they do not wait for each other. */
function figuresOf({ lanes, kind }: Shape, { times, tookMs, cpuMs }: Written, rows: number): Measurement {
  const each = { p50: percentile(times, 0.5), p95: percentile(times, 0.95) };
  return {
    ...(lanes === 1 && kind === 'create' ? each : {}),
    perSec: (rows / tookMs) * 1_000,
    cpuMsPer1000: (cpuMs / rows) * 1_000,
  };
}

function postgresOf({ postgresCpuMsPer1000 }: ReturnType<typeof serverCpuPer1000>): Measurement {
  return postgresCpuMsPer1000 === undefined ? {} : { postgresCpuMsPer1000 };
}

/** Where what is told of the rows is stored. A change that a trigger recorded is an event as soon as somebody relays it. */
const TOLD: Readonly<Record<WriterKind, readonly string[]>> = {
  nobody: [],
  hooks: ['hookline_events'],
  trigger: ['hookline_events', 'hookline_changes'],
  'outbox-row': ['outbox_rows'],
};

/** A figure counts only where all was stored that was to be. */
async function checkWritten({ entrant, shape, calls, warmUp }: Trial, database: Database): Promise<void> {
  const owed = (calls + warmUp) * rowsOf(shape);
  const tables = TOLD[entrant.writer];
  const times = shape.kind === 'bulk-update' ? 2 : 1;
  const expected = { rows: owed, told: tables.length === 0 ? 0 : times * owed };
  const rows = await countOf(database, ['orders']);
  const told = await countOf(database, tables);
  if (rows === expected.rows && told === expected.told) return;
  const got = JSON.stringify({ rows, told });
  throw new Error(`${resultName(entrant, shape)}: ${got} are stored, expected ${JSON.stringify(expected)}`);
}

async function countOf(database: Database, tables: readonly string[]): Promise<number> {
  let total = 0;
  for (const table of tables) {
    const [row] = await database.select<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
    total += row?.count ?? 0;
  }
  return total;
}
