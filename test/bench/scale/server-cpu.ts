import type { Measurement } from '../bench.ts';
import type { ServerCpu } from '../servers.ts';

/** What the servers took between two readings, for so many; of Postgres only where that can be known. */
export function serverCpuPer1000(
  before: ServerCpu,
  after: ServerCpu,
  count: number,
): Pick<Measurement, 'postgresCpuMsPer1000' | 'redisCpuMsPer1000'> {
  const per1000 = (ms: number) => (ms / count) * 1_000;
  const redis = { redisCpuMsPer1000: per1000(after.redisMs - before.redisMs) };
  if (before.postgresMs === null || after.postgresMs === null) return redis;
  return { ...redis, postgresCpuMsPer1000: per1000(after.postgresMs - before.postgresMs) };
}
