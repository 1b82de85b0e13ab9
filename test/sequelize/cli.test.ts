import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { migrationSql, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import { runCli } from '../../packages/sequelize/src/run-cli.js';
import { type Connection, connect } from './connect.js';

const NAME = '001-create-tables';

/** Runs the command in this process. */
async function hookline(args: readonly string[], env: Record<string, string> = {}) {
  const output = { stdout: '', stderr: '' };
  const exitCode = await runCli(args, {
    env,
    stdout: (text) => {
      output.stdout += text;
    },
    stderr: (text) => {
      output.stderr += text;
    },
  });
  return { exitCode, ...output };
}

describe('hookline', () => {
  let connection: Connection;

  beforeEach(async () => {
    connection = await connect();
  });
  afterEach(() => connection.close());

  it('shows examples and exit codes in its help', async () => {
    const { exitCode, stdout } = await hookline(['--help']);
    expect(exitCode).to.equal(0);
    expect(stdout).to.contain('$ hookline migrate up').and.to.contain('Exit codes: 0 done');
  });

  it('runs as a program', async () => {
    const cli = fileURLToPath(new URL('../../packages/sequelize/src/cli.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--import',
      'tsx',
      cli,
      'migrate',
      '--sql',
    ]);
    expect(stdout).to.equal(migrationSql());
  });

  it('applies what is pending, then finds nothing to do', async () => {
    const first = await hookline(['migrate', 'up', '--url', connection.url]);
    expect(first).to.deep.equal({ exitCode: 0, stdout: `applied ${NAME}\n`, stderr: '' });
    await sequelizeStore(connection.sequelize).open();
    const second = await hookline(['migrate', 'up'], { DATABASE_URL: connection.url });
    expect(second.stdout).to.contain('nothing to do');
  });

  it('tells what is pending, with exit code 1, and what is applied', async () => {
    const before = await hookline(['migrate', 'status', '--url', connection.url]);
    expect(before).to.deep.include({ exitCode: 1 });
    expect(before.stdout).to.match(/^pending +001-create-tables\n$/);
    await hookline(['migrate', 'up', '--url', connection.url]);
    const after = await hookline(['migrate', 'status', '--url', connection.url]);
    expect(after).to.deep.include({ exitCode: 0 });
    expect(after.stdout).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}001-create-tables\n$/);
  });

  it('answers in JSON', async () => {
    const url = ['--url', connection.url, '--json'];
    const status = await hookline(['migrate', 'status', ...url]);
    expect(JSON.parse(status.stdout)).to.deep.equal({ migrations: [{ name: NAME, appliedAt: null }] });
    const up = await hookline(['migrate', 'up', ...url]);
    expect(JSON.parse(up.stdout)).to.deep.equal({ applied: [NAME] });
    const sql = await hookline(['migrate', '--sql', '--json']);
    expect(JSON.parse(sql.stdout)).to.deep.equal({ sql: migrationSql() });
  });

  it('uses schema and prefix, before or after the subcommand', async () => {
    const tables = { schema: 'hooks', prefix: 'x_' };
    const args = ['migrate', '--schema', 'hooks', 'up', '--prefix', 'x_', '--url', connection.url];
    expect(await hookline(args)).to.include({ exitCode: 0 });
    await sequelizeStore(connection.sequelize, tables).open();
    const sql = await hookline(['migrate', 'up', '--sql', '--schema', 'hooks', '--prefix', 'x_']);
    expect(sql.stdout).to.equal(migrationSql(tables));
  });

  it('tells who does not answer and why, without the password', async () => {
    const url = 'postgres://app:hush@127.0.0.1:1/shop?application_name=x';
    const { exitCode, stderr } = await hookline(['migrate', 'up', '--url', url]);
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain('"postgres://127.0.0.1:1/shop"').and.to.contain('cause: connect ECONNREFUSED');
    expect(stderr).to.not.contain('hush');
    expect(stderr).to.contain('host, port').and.to.contain('DATABASE_URL').and.to.not.contain('dispatched');
    const { stderr: json } = await hookline(['migrate', 'up', '--json', '--url', url]);
    expect(JSON.parse(json).error).to.include({ code: 'ERR_HOOKLINE_STORE_UNAVAILABLE' });
    expect(JSON.parse(json).error.hint).to.contain('--url or DATABASE_URL');
  });

  const misuses: Record<string, [readonly string[], string]> = {
    'no database': [['migrate', 'up'], 'DATABASE_URL'],
    'another database': [['migrate', 'up', '--url', 'mysql://root:hush@localhost/x'], 'postgres://'],
    'a URL that is none': [['migrate', 'up', '--url', 'postgres://u:hu/sh#@localhost/x'], 'not a URL'],
    'a bad prefix': [['migrate', '--sql', '--prefix', 'a b'], '--prefix'],
    'a bad schema': [['migrate', '--sql', '--schema', 'a"b'], '--schema'],
    'a misspelt subcommand': [['migrate', 'statsu'], 'expected up or status'],
    'a misspelt command': [['migrat'], 'Did you mean migrate?'],
    'no subcommand': [['migrate'], 'Usage: hookline migrate'],
    'status as SQL': [['migrate', 'status', '--sql'], '--sql goes with'],
  };
  for (const [name, [args, message]] of Object.entries(misuses)) {
    it(`refuses ${name} with exit code 2`, async () => {
      const { exitCode, stdout, stderr } = await hookline(args);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: '' });
      expect(stderr).to.contain(message).and.to.not.contain('hu');
    });
  }
});
