import { type RedisServer, startRedis } from './redis-server.ts';

/** The server at HOOKLINE_REDIS_URL where that is set, left running; else one of our own. */
export async function openRedis(): Promise<Pick<RedisServer, 'url' | 'stop'>> {
  const url = process.env.HOOKLINE_REDIS_URL;
  return url ? { url, stop: async () => {} } : startRedis();
}
