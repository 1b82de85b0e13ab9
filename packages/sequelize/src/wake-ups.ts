import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WakeUp, WakeUps } from '@hookline/core';
import { Binds } from './binds.js';
import type { Database } from './database.js';
import { holdListeningConnection } from './listening-connection.js';
import { type ConnectionInternals, connectionInternalsOf, type SequelizeLike } from './sequelize-like.js';
import type { Tables } from './tables.js';

/** In milliseconds. */
export interface ListeningTimes {
  /** Between two tries to connect: from the first, doubled up to the last. */
  readonly retryFromMs: number;
  readonly retryToMs: number;
  readonly checkEveryMs: number;
  readonly deadlineMs: number;
  /** How long `listen` waits for the first connection. */
  readonly firstTryMs: number;
}

const TIMES: ListeningTimes = {
  retryFromMs: 100,
  retryToMs: 5_000,
  checkEveryMs: 30_000,
  deadlineMs: 10_000,
  firstTryMs: 2_000,
};

type Callback = (wakeUp: WakeUp) => void;

/**
 * Wake-ups by NOTIFY and LISTEN. What is announced goes through the pool, in a transaction of its own: inside the
 * caller's it would make his commit wait for those of others (https://www.postgresql.org/docs/current/sql-notify.html).
 */
export function sequelizeWakeUps(
  sequelize: SequelizeLike,
  database: Database,
  isListening: boolean,
  times: ListeningTimes = TIMES,
): WakeUps {
  const channel = channelOf(database.tables);
  const internals = isListening ? connectionInternalsOf(sequelize) : null;
  return {
    announce: async (wakeUp) => {
      const binds = new Binds();
      const notify = `pg_notify(${binds.add('text', channel)}, ${binds.add('text', wakeUp)})`;
      await database.run(`SELECT ${notify}`, binds);
    },
    listen: async (callback) =>
      internals ? startListening(internals, channel, callback, times) : async () => {},
  };
}

const MAX_CHANNEL_BYTES = 63;

/** One for the tables of one hub: hubs with other prefixes in the same database do not wake each other. */
export function channelOf({ schema, prefix }: Pick<Tables, 'schema' | 'prefix'>): string {
  const name = schema === null ? `${prefix}wake_ups` : `${schema}.${prefix}wake_ups`;
  // Identifiers have a byte per letter here.
  if (name.length <= MAX_CHANNEL_BYTES) return name;
  return `hookline_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

async function startListening(
  internals: ConnectionInternals,
  channel: string,
  callback: Callback,
  times: ListeningTimes,
): Promise<() => Promise<void>> {
  const ending = new AbortController();
  const tried = new AbortController();
  let isAwaited = true;
  const options = {
    ...{ channel, callback, times, signal: ending.signal },
    isAwaited: () => isAwaited,
    onTried: () => tried.abort(),
  };
  const listening = keepListening(internals, options);
  await pause(times.firstTryMs, { signal: tried.signal });
  isAwaited = false;
  return async () => {
    ending.abort();
    await listening;
  };
}

interface KeepListeningOptions {
  readonly channel: string;
  readonly callback: Callback;
  readonly times: ListeningTimes;
  readonly signal: AbortSignal;
  /** Whether `listen` was not resolved yet: the caller looks by himself then. */
  readonly isAwaited: () => boolean;
  /** Called after each try to connect, whatever came of it. */
  readonly onTried: () => void;
}

/** One connection after the other, until the signal. Each that opens after `listen` resolved tells what may have been missed. */
async function keepListening(internals: ConnectionInternals, options: KeepListeningOptions): Promise<void> {
  const { signal, times, onTried } = options;
  let delayMs = times.retryFromMs;
  while (!signal.aborted) {
    const openForMs = await listenOnce(internals, options);
    onTried();
    // One that was lost at once is no sign that the next will be better.
    delayMs = openForMs > times.retryToMs ? times.retryFromMs : Math.min(2 * delayMs, times.retryToMs);
    // Not all processes at the same instant.
    await pause(delayMs * (0.5 + Math.random() / 2), { signal, ref: false });
  }
}

/** Answers for how long it listened. Never rejects: without wake-ups the next look into the store finds the work. */
async function listenOnce(
  internals: ConnectionInternals,
  { channel, callback, times, signal, isAwaited, onTried }: KeepListeningOptions,
): Promise<number> {
  let openAt = Number.POSITIVE_INFINITY;
  const tell = (wakeUp: WakeUp) => {
    if (!signal.aborted) callback(wakeUp);
  };
  const onOpen = () => {
    openAt = performance.now();
    if (!isAwaited()) for (const wakeUp of WAKE_UPS) tell(wakeUp);
    onTried();
  };
  const onNotice = (payload: string) => {
    if (isWakeUp(payload)) tell(payload);
  };
  await holdListeningConnection(internals, { ...times, channel, signal, onOpen, onNotice }).catch(() => {});
  return Math.max(0, performance.now() - openAt);
}

const WAKE_UPS: readonly WakeUp[] = ['events', 'work'];

function isWakeUp(payload: string): payload is WakeUp {
  return (WAKE_UPS as readonly string[]).includes(payload);
}

/** Ends early with the signal. */
async function pause(
  ms: number,
  options: { readonly signal: AbortSignal; readonly ref?: boolean },
): Promise<void> {
  await sleep(ms, undefined, options).catch(() => {});
}
