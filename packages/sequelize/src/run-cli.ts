import { readFileSync } from 'node:fs';
import { isHooklineError } from '@hookline/core';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type ConfirmCommandOptions, confirmDatabase } from './confirm-command.js';
import {
  applyPending,
  type CliWorld,
  type MigrateOptions,
  printSql,
  printStatus,
} from './migrate-commands.js';
import { tablesOf } from './tables.js';

/** Exit codes: done; failed, or `status` found something pending; not understood. */
const [DONE, FAILED, MISUSED] = [0, 1, 2];

/** Runs `hookline` with these arguments. Answers the exit code; never rejects. */
export async function runCli(args: readonly string[], world: CliWorld): Promise<number> {
  try {
    const outcome = { isPending: false };
    await buildProgram(world, outcome).parseAsync(args, { from: 'user' });
    return outcome.isPending ? FAILED : DONE;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : MISUSED;
    world.stderr(
      args.includes('--json') ? `${JSON.stringify({ error: fieldsOf(error) })}\n` : describe(error),
    );
    return FAILED;
  }
}

const EXAMPLES = `
Examples:
  $ hookline migrate up                     create or upgrade the tables in DATABASE_URL
  $ hookline migrate status                 tell what is applied; exit code 1 if anything is pending
  $ hookline migrate up --sql > tables.sql  print the SQL and connect to nothing
  $ hookline migrate up --url postgres://app@localhost/app --schema webhooks
  $ hookline confirm --owed cancel          a copy for another environment: send nothing of what was owed

Exit codes: 0 done, 1 failed or pending, 2 wrong arguments.`;

function buildProgram(world: CliWorld, outcome: { isPending: boolean }): Command {
  const program = new Command('hookline')
    .description('Keeps the tables of Hookline in your Postgres.')
    .version(readVersion())
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ writeOut: world.stdout, writeErr: world.stderr })
    .configureHelp({ showGlobalOptions: true });
  const migrate = addMigrate(program, world);
  migrate
    .command('up')
    .description('apply the migrations that are pending')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<MigrateOptions>();
      if (options.sql) printSql(world, options);
      else await applyPending(world, options, command);
    });
  migrate
    .command('status')
    .description('tell which migrations are applied')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<MigrateOptions>();
      if (options.sql) command.error('error: --sql goes with "migrate up"');
      outcome.isPending = await printStatus(world, options, command);
    });
  addConfirm(program, world);
  return program;
}

function addConfirm(program: Command, world: CliWorld): void {
  program
    .command('confirm')
    .description('say that a database that was restored or copied is at home here, so that it sends again')
    .option('--url <url>', 'the database, as postgres://user:password@host/name (default: DATABASE_URL)')
    .option('--schema <schema>', 'Postgres schema (default: the first of the search_path)', checked('schema'))
    .option('--prefix <prefix>', 'what table names start with', checked('prefix'), 'hookline_')
    .addOption(
      new Option('--owed <what>', 'what becomes of all that was owed before').choices(['send', 'cancel']),
    )
    .addOption(
      new Option('--webhooks <what>', 'whether webhooks stay active').choices(['keep', 'deactivate']),
    )
    .option('--environment <name>', 'as createHub is told (default: HOOKLINE_ENVIRONMENT)')
    .option('--json', 'answer in JSON')
    .action(async (_, command: Command) => {
      await confirmDatabase(world, command.opts<ConfirmCommandOptions>(), command);
    });
}

function addMigrate(program: Command, world: CliWorld): Command {
  return program
    .command('migrate')
    .description('create or upgrade the tables, or tell what is pending')
    .option('--url <url>', 'the database, as postgres://user:password@host/name (default: DATABASE_URL)')
    .option('--schema <schema>', 'Postgres schema (default: the first of the search_path)', checked('schema'))
    .option('--prefix <prefix>', 'what table names start with', checked('prefix'), 'hookline_')
    .option('--sql', 'print the SQL of all migrations and connect to nothing')
    .option('--json', 'answer in JSON')
    .allowExcessArguments()
    .action((options: MigrateOptions, command: Command) => {
      const [unknown] = command.args;
      if (unknown !== undefined) command.error(`error: unknown command '${unknown}': expected up or status`);
      if (!options.sql) command.help({ error: true });
      printSql(world, options);
    });
}

function checked(option: 'schema' | 'prefix'): (value: string) => string {
  return (value) => {
    try {
      tablesOf({ [option]: value });
      return value;
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** In place of the catalogue's hint, which is for an app that runs. */
const CONNECTION_HINT =
  'Check that Postgres is running, and the host, port, user and database name in --url or DATABASE_URL.';

function fieldsOf(error: unknown) {
  const { code, hint } = isHooklineError(error) ? error : {};
  const { message, cause } = error as Error;
  const isUnreachable = code === 'ERR_HOOKLINE_STORE_UNAVAILABLE';
  return {
    message,
    code,
    hint: isUnreachable ? CONNECTION_HINT : hint,
    cause: cause === undefined ? undefined : messageOf(cause),
  };
}

function describe(error: unknown): string {
  const { message, hint, cause } = fieldsOf(error);
  return [`error: ${message}`, cause && `  cause: ${cause}`, hint && `  hint: ${hint}`, '']
    .filter((line) => line !== undefined)
    .join('\n');
}

/** A refused connection to several addresses has a code and no message. */
function messageOf(error: unknown): string {
  const { message, original, code } = error as { message?: string; original?: unknown; code?: string };
  return message || (original === undefined ? (code ?? String(error)) : messageOf(original));
}
