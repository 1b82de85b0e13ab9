import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { findPostgresBinaries } from './postgres-binaries.ts';

export interface EmbeddedPostgresOptions {
  /** Settings of the server, as in postgresql.conf. Default: those of Postgres. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** Of the superuser, on the database `postgres`. */
  readonly url: string;
  /** Ends the server and starts it again, at the same URL with the same data. Resolves when it answers. One at a time. */
  restart(options: RestartOptions): Promise<void>;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

export interface RestartOptions {
  /**
   * `fast`: a planned restart, which ends every connection. `immediate`: a crash, from which it recovers by its log; a
   * commit that did not wait for the log (`synchronous_commit: off`) may be lost.
   */
  readonly mode: 'fast' | 'immediate';
  /** How long nobody listens on its port, in milliseconds. Default 0. */
  readonly downMs?: number;
}

/** For tests: nothing waits for the disk. What commits is lost in a crash, though. */
export const FAST_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
} as const;

/**
 * Starts a throw-away Postgres with the binaries that npm installed: on a free port of 127.0.0.1 with a password
 * of its own, its data in a temporary folder. It ends, and its data goes, with `stop()` or with this process,
 * however that ends; it never keeps the process alive. Rejects with an Error that tells what to do where no
 * binaries run here.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const plan = {
    ...findPostgresBinaries(),
    password: randomBytes(18).toString('hex'),
    settings: options.settings ?? {},
  };
  // Detached: Ctrl-C in a terminal reaches every process of the group, and we want to close before the database does.
  const keeper = fork(fileURLToPath(new URL('./postgres-keeper.mjs', import.meta.url)), {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  keeper.send(plan);
  const url = await readUrl(keeper);
  letGo(keeper);
  return { url, stop: () => stopKeeper(keeper), restart: (order) => restartServer(keeper, order) };
}

/** From now on it keeps this process no longer alive. */
function letGo(keeper: ChildProcess): void {
  keeper.unref();
  keeper.channel?.unref();
}

type Report = { readonly url: string } | { readonly problem: string };

/** Sent when the server answers, for the first time or again. */
async function readUrl(keeper: ChildProcess): Promise<string> {
  const report = await Promise.race([
    once(keeper, 'message').then(([message]) => message as Report),
    once(keeper, 'exit').then(([code]): Report => ({ problem: `its keeper ended with code ${code}` })),
  ]);
  if ('url' in report) return report.url;
  throw new Error(`The embedded Postgres did not start: ${report.problem}`);
}

async function restartServer(keeper: ChildProcess, { mode, downMs = 0 }: RestartOptions): Promise<void> {
  keeper.ref();
  keeper.channel?.ref();
  keeper.send({ mode, downMs });
  await readUrl(keeper);
  letGo(keeper);
}

async function stopKeeper(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return;
  keeper.ref();
  const exited = once(keeper, 'exit');
  if (keeper.connected) keeper.disconnect();
  await exited;
}
