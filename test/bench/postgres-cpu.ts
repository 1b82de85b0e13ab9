import { readdirSync, readFileSync } from 'node:fs';
import { QueryTypes, type Sequelize } from 'sequelize';

/** Of a clock tick, which Linux counts in: 100 a second on every common build. */
const TICK_MS = 10;
/** Places in `/proc/<pid>/stat` behind the name of the program. */
const PARENT = 1;
const OWN_TIMES = [11, 12];
const ENDED_CHILDREN_TIMES = [13, 14];

/**
 * CPU time of all processes of the server so far, ended ones included; null where they are not to be seen: on another
 * machine, or on another system than Linux.
 */
export async function postgresCpuMs(sequelize: Sequelize): Promise<number | null> {
  const [row] = await sequelize.query<{ pid: number }>('SELECT pg_backend_pid() AS pid', {
    type: QueryTypes.SELECT,
  });
  const backend = row && statOf(row.pid);
  if (!backend?.isPostgres) return null;
  const parent = Number(backend.fields[PARENT]);
  const server = statOf(parent);
  if (!server?.isPostgres) return null;
  const children = readdirSync('/proc').flatMap((name) => statOf(Number(name)) ?? []);
  const living = children.filter(({ fields }) => Number(fields[PARENT]) === parent);
  const ticks = [server, ...living].map(({ fields }) => sum(fields, OWN_TIMES));
  return (ticks.reduce((total, each) => total + each) + sum(server.fields, ENDED_CHILDREN_TIMES)) * TICK_MS;
}

interface Stat {
  readonly isPostgres: boolean;
  readonly fields: readonly string[];
}

function statOf(pid: number): Stat | null {
  try {
    const [, name = '', rest = ''] =
      /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return { isPostgres: name.startsWith('postgres'), fields: rest.split(' ') };
  } catch {
    return null;
  }
}

function sum(fields: readonly string[], places: readonly number[]): number {
  return places.reduce((total, place) => total + Number(fields[place]), 0);
}
