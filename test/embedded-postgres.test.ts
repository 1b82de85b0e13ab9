import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { QueryTypes, Sequelize } from 'sequelize';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = `
  const { startEmbeddedPostgres } = await import('./examples/support/embedded-postgres.ts');
  const { url } = await startEmbeddedPostgres();
  console.log(url);
  setInterval(() => {}, 1000);
`;
const PATIENCE_MS = 5_000;

describe('the embedded Postgres', () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    it(`ends, and its data goes, with a process that ${signal} ends`, async () => {
      const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
      const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = await once(child.stdout, 'data');
      const url = String(line).trim();
      const folder = await readDataFolder(url);
      child.kill(signal);
      await once(child, 'close');
      expect(await isGone(folder), `${folder} was left behind`).to.equal(true);
      expect(await isReachable(url)).to.equal(false);
    });
  }

  for (const mode of ['fast', 'immediate'] as const) {
    it(`comes back at the same URL with the same data after a restart (${mode})`, async () => {
      const { startEmbeddedPostgres } = await import('../examples/support/embedded-postgres.ts');
      const postgres = await startEmbeddedPostgres();
      try {
        await ask(postgres.url, `CREATE TABLE kept AS SELECT 7 AS number`);
        const restarted = postgres.restart({ mode, downMs: 300 });
        await until(async () => !(await isReachable(postgres.url)));
        await restarted;
        expect(await ask(postgres.url, 'SELECT * FROM kept')).to.deep.equal([{ number: 7 }]);
        await postgres.restart({ mode });
        expect(await isReachable(postgres.url)).to.equal(true);
      } finally {
        await postgres.stop();
      }
    });
  }

  it('listens on this machine alone', async () => {
    const { startEmbeddedPostgres } = await import('../examples/support/embedded-postgres.ts');
    const postgres = await startEmbeddedPostgres();
    try {
      expect(await ask(postgres.url, 'SHOW listen_addresses')).to.deep.equal([
        { listen_addresses: '127.0.0.1' },
      ]);
      expect(await ask(postgres.url, 'SHOW unix_socket_directories')).to.deep.equal([
        { unix_socket_directories: '' },
      ]);
    } finally {
      await postgres.stop();
    }
  });
});

async function readDataFolder(url: string): Promise<string> {
  const [row] = await ask(url, 'SHOW data_directory');
  return (row as { readonly data_directory: string }).data_directory;
}

async function ask(url: string, sql: string): Promise<readonly object[]> {
  const sequelize = new Sequelize(url, { logging: false });
  try {
    return await sequelize.query(sql, { type: QueryTypes.SELECT });
  } finally {
    await sequelize.close();
  }
}

function isReachable(url: string): Promise<boolean> {
  return ask(url, 'SELECT 1').then(
    () => true,
    () => false,
  );
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await isSo())) if (Date.now() > end) throw new Error('not so in time');
}

/** Its keeper is a process of its own, so there is nothing to await but the result. */
async function isGone(folder: string): Promise<boolean> {
  for (const end = Date.now() + PATIENCE_MS; existsSync(folder) && Date.now() < end; ) await sleep(20);
  return !existsSync(folder);
}
