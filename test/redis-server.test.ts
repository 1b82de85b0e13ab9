import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../examples/support/redis-server.ts';
import { until } from './support/until.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = `
  const { startRedis } = await import('./examples/support/redis-server.ts');
  const { url } = await startRedis();
  console.log(url);
  setInterval(() => {}, 1000);
`;

describe('the throw-away Redis', () => {
  const run = (env: NodeJS.ProcessEnv = process.env) => {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
    return spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  };

  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    it(`ends, and its data goes, with a process that ${signal} ends`, async () => {
      const child = run();
      const [line] = await once(child.stdout, 'data');
      const client = connect(String(line).trim());
      const [, folder = ''] = (await client.config('GET', 'dir')) as string[];
      child.kill(signal);
      await until(() => client.status === 'end' && !existsSync(folder));
    });
  }

  it('comes back on the same port: empty after a crash, or with its data where it keeps a log', async () => {
    for (const appendOnly of [false, true]) {
      const server = await startRedis({ appendOnly });
      try {
        await ask(server, (client) => client.set('kept', 'yes'));
        await server.kill();
        await server.start();
        expect(await ask(server, (client) => client.get('kept'))).to.equal(appendOnly ? 'yes' : null);
      } finally {
        await server.stop();
      }
    }
  });

  it('takes nobody without its password', async () => {
    const server = await startRedis();
    const client = connect(`redis://${server.host}:${server.port}`);
    const error = await client.ping().catch((reason: Error) => reason);
    expect(error).to.be.an('error').with.property('message').that.includes('NOAUTH');
    client.disconnect();
    await server.stop();
  });

  it('says what to do where there is none and none can be fetched', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'hookline-no-redis-'));
    const child = run({ ...process.env, PATH: empty, XDG_CACHE_HOME: empty });
    let printed = '';
    child.stderr.on('data', (chunk) => {
      printed += chunk;
    });
    await once(child, 'close');
    await rm(empty, { recursive: true });
    expect(printed).to.include('There is no redis-server on the PATH').and.include('set HOOKLINE_REDIS_URL');
  });
});

function connect(url: string): Redis {
  const client = new Redis(url, { retryStrategy: () => null, disconnectTimeout: 100 });
  client.on('error', () => {});
  return client;
}

async function ask<Answer>(
  server: RedisServer,
  question: (client: Redis) => Promise<Answer>,
): Promise<Answer> {
  const client = connect(server.url);
  try {
    return await question(client);
  } finally {
    client.disconnect();
  }
}
