import { Redis } from 'ioredis';
import { openRedis } from '../../examples/support/open-redis.ts';
import type { RedisServer } from '../../examples/support/redis-server.ts';

let server: Promise<Pick<RedisServer, 'url' | 'stop'>> | null = null;
let client: Redis | null = null;
let count = 0;

/** The URL of a server that this process shares: started by the first call, stopped after the last test. */
export async function sharedRedisUrl(): Promise<string> {
  server ??= openRedis();
  return (await server).url;
}

/** A connection to it, for a test to look at what is stored. */
export async function sharedRedis(): Promise<Redis> {
  client ??= new Redis(await sharedRedisUrl());
  return client;
}

/** A prefix for keys that no other test has. */
export function freshPrefix(): string {
  return `hookline-test-${process.pid}-${++count}`;
}

// Imported by a test file, this is a hook of the root suite; elsewhere the server ends with the process.
if (typeof after === 'function') {
  after(async () => {
    client?.disconnect();
    const running = await server;
    await running?.stop();
  });
}
