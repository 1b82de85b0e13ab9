import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { printRow } from '../helpdesk/print.ts';
import { openPostgres } from '../support/open-postgres.ts';
import { openRedis } from '../support/open-redis.ts';
import { AppProcess } from './show/app-process.ts';
import { startCustomer } from './show/customer.ts';
import { playStory } from './show/play-story.ts';
import { webClient } from './show/web-client.ts';

// What a platform does: servers, a release, processes. The app is in hub.ts, web.ts and worker.ts.
const [postgres, redis, customer] = await Promise.all([openPostgres(), openRedis(), startCustomer()]);
const adminToken = randomBytes(16).toString('hex');
const env = {
  DATABASE_URL: postgres.url,
  REDIS_URL: redis.url,
  ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  ADMIN_TOKEN: adminToken,
  PORT: '0',
};
const processes: AppProcess[] = [];
const start = (name: string, program: string): AppProcess => {
  const started = new AppProcess(name, program, env);
  processes.push(started);
  return started;
};

try {
  await start('release', 'migrate.ts').succeeds();
  const web = start('web', 'web.ts');
  const workers = [start('worker 1', 'worker.ts'), start('worker 2', 'worker.ts')] as const;
  console.log('Web and worker processes on one Postgres and one Redis\n');
  const { address } = await web.says('listening');
  const url = `http://127.0.0.1:${(address as AddressInfo).port}`;
  printRow(web.name, `process ${web.pid}, ${url}`);
  for (const worker of workers) {
    const { roles } = await worker.says('hub started');
    printRow(worker.name, `process ${worker.pid}, ${roles}`);
  }
  await playStory({ web, workers, client: webClient(url, adminToken), customer });
  console.log('\nNothing was lost.');
} catch (error) {
  console.error(`\nThe show failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await Promise.all(processes.map((each) => each.end('SIGKILL')));
  await customer.close();
  await redis.stop();
  await postgres.stop();
}
