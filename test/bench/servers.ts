import { Redis } from 'ioredis';
import { QueryTypes, Sequelize } from 'sequelize';
import { openPostgres } from '../../examples/support/open-postgres.ts';
import { openRedis } from '../../examples/support/open-redis.ts';
import { postgresCpuMs } from './postgres-cpu.ts';

/** A real Postgres and a real Redis, with the settings that they come with. */
export interface Servers {
  readonly redisUrl: string;
  readonly versions: Readonly<Record<string, string>>;
  /** A new database, and a Redis that holds nothing. */
  prepare(): Promise<Database>;
  /** CPU time that they took so far, in milliseconds; null where it cannot be known. */
  cpu(): Promise<ServerCpu>;
  stop(): Promise<void>;
}

export interface ServerCpu {
  readonly postgresMs: number | null;
  readonly redisMs: number;
}

export interface Database {
  readonly url: string;
  select<Row extends object>(sql: string): Promise<readonly Row[]>;
  drop(): Promise<void>;
}

export async function openServers(): Promise<Servers> {
  const [postgres, redis] = await Promise.all([openPostgres(), openRedis()]);
  const sequelize = new Sequelize(postgres.url, { logging: false, pool: { max: 1 } });
  const client = new Redis(redis.url);
  let count = 0;
  return {
    redisUrl: redis.url,
    versions: {
      PostgreSQL: await settingOf(sequelize, 'server_version'),
      Redis: fieldOf(await client.info('server'), 'redis_version'),
    },
    prepare: async () => {
      await client.flushall();
      count += 1;
      return createDatabase(sequelize, postgres.url, `bench_${process.pid}_${count}`);
    },
    cpu: async () => ({
      postgresMs: await postgresCpuMs(sequelize),
      redisMs: redisCpuMs(await client.info('cpu')),
    }),
    stop: async () => {
      client.disconnect();
      await sequelize.close();
      await Promise.all([postgres.stop(), redis.stop()]);
    },
  };
}

async function createDatabase(server: Sequelize, serverUrl: string, name: string): Promise<Database> {
  await server.query(`CREATE DATABASE ${name}`);
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  const sequelize = new Sequelize(url, { logging: false, pool: { max: 1 } });
  return {
    url,
    select: <Row extends object>(sql: string) => sequelize.query<Row>(sql, { type: QueryTypes.SELECT }),
    drop: async () => {
      await sequelize.close();
      await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function settingOf(sequelize: Sequelize, name: string): Promise<string> {
  const [row] = await sequelize.query<Record<string, string>>(`SHOW ${name}`, { type: QueryTypes.SELECT });
  return row?.[name] ?? 'unknown';
}

function redisCpuMs(info: string): number {
  return (Number(fieldOf(info, 'used_cpu_user')) + Number(fieldOf(info, 'used_cpu_sys'))) * 1_000;
}

function fieldOf(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? 'unknown';
}
