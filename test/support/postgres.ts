import { Sequelize } from 'sequelize';
import { type EmbeddedPostgres, FAST_SETTINGS } from '../../examples/support/embedded-postgres.ts';
import { openPostgres } from '../../examples/support/open-postgres.ts';

export interface FreshDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

let server: Promise<EmbeddedPostgres> | null = null;
let count = 0;

/** An empty database of its own, on a server that this process shares: started by the first call, stopped after the last test. */
export async function freshDatabase(): Promise<FreshDatabase> {
  server ??= openPostgres({ settings: FAST_SETTINGS });
  const { url } = await server;
  const name = `hookline_test_${process.pid}_${++count}`;
  await administer(url, `CREATE DATABASE ${name}`);
  return {
    url: Object.assign(new URL(url), { pathname: `/${name}` }).href,
    drop: () => administer(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function administer(url: string, sql: string): Promise<void> {
  const sequelize = new Sequelize(url, { logging: false, pool: { max: 1 } });
  try {
    await sequelize.query(sql);
  } finally {
    await sequelize.close();
  }
}

// Imported by a test file, this is a hook of the root suite; elsewhere the server ends with the process.
if (typeof after === 'function') {
  after(async () => {
    const running = await server;
    await running?.stop();
  });
}
