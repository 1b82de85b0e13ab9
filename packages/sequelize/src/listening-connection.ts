import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionConfig, ConnectionInternals, DriverClient } from './sequelize-like.js';

export interface ListeningConnectionOptions {
  readonly channel: string;
  /** How often to ask whether the connection is still alive: nobody tells when a firewall forgot it. */
  readonly checkEveryMs: number;
  /** How long to connect, and for a statement, may take. */
  readonly deadlineMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Called once it listens. */
  readonly onOpen: () => void;
  readonly onNotice: (payload: string) => void;
}

const APPLICATION_NAME = 'hookline wake-ups';
const GOODBYE_MS = 1_000;

/**
 * A connection outside the pool that listens on one channel. Resolves when it is gone, lost or ended by the signal,
 * with nothing left open; rejects where it could not be opened. Once open it keeps no process alive.
 *
 * Made with the driver and the settings that Sequelize's own pool connects with, `beforeConnect` hooks included, but
 * not by Sequelize: its handler of a failed connection would look for it in the pool.
 */
export async function holdListeningConnection(
  sequelize: ConnectionInternals,
  options: ListeningConnectionOptions,
): Promise<void> {
  const { signal, onOpen } = options;
  const client = await createClient(sequelize, options);
  const gone = goneOf(client);
  let hangUp = () => destroy(client);
  const onAbort = () => hangUp();
  signal.addEventListener('abort', onAbort);
  try {
    signal.throwIfAborted();
    await startListening(client, options);
    hangUp = () => void sayGoodbye(client);
    onOpen();
    await checkUntil(gone, client, options);
  } finally {
    signal.removeEventListener('abort', onAbort);
    await sayGoodbye(client);
  }
}

async function createClient(
  sequelize: ConnectionInternals,
  { deadlineMs }: ListeningConnectionOptions,
): Promise<DriverClient> {
  const { config: common, lib } = sequelize.connectionManager;
  const config = common.replication ? common.replication.write : common;
  // The pool's own object, and not a copy: what a hook writes into it the pool's next connection finds there, too.
  await sequelize.runHooks('beforeConnect', config);
  return new lib.Client({
    ...settingsOf(config),
    application_name: APPLICATION_NAME,
    keepAlive: true,
    connectionTimeoutMillis: deadlineMs,
    query_timeout: deadlineMs,
  });
}

/** As Sequelize's connection manager for Postgres makes them; what only matters to queries is left out. */
function settingsOf({ username, password, host, port, database, dialectOptions }: ConnectionConfig): object {
  const { ssl, options, stream, client_encoding } = dialectOptions ?? {};
  const settings = { user: username, password, host, port, database, ssl, options, stream, client_encoding };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Listens to errors for as long as there is a client: one without a listener would end the process. */
function goneOf(client: DriverClient): Promise<void> {
  return new Promise((resolve) => {
    client.on('error', () => resolve());
    client.on('end', () => resolve());
  });
}

async function startListening(
  client: DriverClient,
  { channel, onNotice }: ListeningConnectionOptions,
): Promise<void> {
  await client.connect();
  client.unref?.();
  client.on('notification', ({ payload }) => onNotice(payload ?? ''));
  await client.query(`LISTEN "${channel}"`);
}

async function checkUntil(
  gone: Promise<void>,
  client: DriverClient,
  { checkEveryMs }: ListeningConnectionOptions,
): Promise<void> {
  let timer: NodeJS.Timeout;
  const checkLater = () => {
    const check = () => client.query('SELECT 1').then(checkLater, () => destroy(client));
    timer = setTimeout(check, checkEveryMs).unref();
  };
  checkLater();
  await gone.finally(() => clearTimeout(timer));
}

/** Ends the session where the server still answers, and the connection in any case. */
async function sayGoodbye(client: DriverClient): Promise<void> {
  const answered = new AbortController();
  const patience = sleep(GOODBYE_MS, undefined, { signal: answered.signal }).catch(() => {});
  await Promise.race([client.end().catch(() => {}), patience]);
  answered.abort();
  destroy(client);
}

function destroy(client: DriverClient): void {
  client.connection?.stream?.destroy?.();
}
