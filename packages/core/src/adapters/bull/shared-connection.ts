import { type Connection, end, openShared, type RedisClient } from './connections.js';
import type { Plan } from './options.js';
import { OutageLog } from './outage-log.js';
import { watchSilence } from './watch-silence.js';

const RENEW_MS = 1_000;
const SILENCE_MS = 5_000;

/**
 * `idle`: nobody needed it yet; `connecting`: for the first time; `away`: it failed, or gives no answer. ioredis tries
 * again by itself.
 */
export type Reach = 'idle' | 'connecting' | 'ready' | 'away' | 'closed';

/** The connection for commands, opened by the first who needs it, and whether Redis can be reached through it. */
export class SharedConnection {
  readonly #plan: Plan;
  readonly #log: OutageLog;
  readonly #listeners = new Set<() => void>();
  #connection: Connection | null = null;
  #reach: Reach = 'idle';
  #problem = '';
  #lastError: string | null = null;
  #stopListening: () => void = () => {};
  #stopWatching: () => void = () => {};

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#log = new OutageLog(plan.logger, plan.name, {
      out: 'the queue is unavailable: workers find their work in the store until it is back',
      back: 'the queue is back',
    });
  }

  get reach(): Reach {
    return this.#reach;
  }

  /** Why it is away. */
  get problem(): string {
    return this.#problem;
  }

  /** Calls back whenever it becomes ready or away. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Never throws, and does not wait for the server. */
  open(): RedisClient {
    this.#connection ??= this.#begin();
    return this.#connection.client;
  }

  /** Somebody waited for an answer in vain. */
  noteSilence(problem: string): void {
    this.#becomeAway(problem);
  }

  /** Somebody got an answer after all. */
  noteAnswer(): void {
    if (this.#reach === 'away' && this.#connection?.client.status === 'ready') this.#becomeReady();
  }

  /** The server answers but does not do what we need: a connection of ours is away until it was made anew. */
  renew(problem: string): void {
    if (!this.#connection?.isOurs) return;
    this.#becomeAway(problem);
    const { client } = this.#connection;
    setTimeout(() => {
      if (this.#reach !== 'closed') client.disconnect(true);
    }, RENEW_MS).unref();
  }

  async close(): Promise<void> {
    this.#reach = 'closed';
    this.#stopListening();
    this.#stopWatching();
    this.#log.stop();
    if (this.#connection) await end(this.#connection);
  }

  #begin(): Connection {
    const connection = openShared(this.#plan);
    const { client } = connection;
    this.#stopListening = this.#listen(client);
    this.#stopWatching = watchSilence(connection, SILENCE_MS);
    if (client.status === 'wait') client.connect().catch(() => {});
    if (client.status === 'ready') this.#reach = 'ready';
    else if (['connecting', 'connect'].includes(client.status)) this.#waitForFirstAnswer();
    else this.#becomeAway(`the client is in state "${client.status}"`);
    return connection;
  }

  #listen(client: RedisClient): () => void {
    const handlers = {
      ready: () => this.#becomeReady(),
      close: () => this.#becomeAway(this.#lastError ?? 'the connection was closed'),
      end: () => this.#becomeAway(this.#lastError ?? 'the client was closed'),
      error: (error: Error) => {
        this.#lastError = reasonOf(error);
        if (this.#reach === 'away') this.#problem = this.#lastError;
      },
    };
    const listeners = Object.entries(handlers);
    for (const [event, listener] of listeners) client.on(event, listener);
    return () => {
      for (const [event, listener] of listeners) client.removeListener(event, listener);
    };
  }

  #waitForFirstAnswer(): void {
    this.#reach = 'connecting';
    const { enqueueTimeoutMs } = this.#plan;
    const timer = setTimeout(() => {
      if (this.#reach === 'connecting') this.#becomeAway(`no connection within ${enqueueTimeoutMs} ms`);
    }, enqueueTimeoutMs);
    timer.unref();
  }

  #becomeReady(): void {
    if (this.#reach === 'closed' || this.#reach === 'ready') return;
    this.#lastError = null;
    this.#log.end();
    this.#change('ready');
  }

  #becomeAway(problem: string): void {
    if (this.#reach === 'closed' || this.#reach === 'away') return;
    this.#problem = problem;
    this.#log.begin(problem);
    this.#change('away');
  }

  #change(reach: Reach): void {
    this.#reach = reach;
    for (const listener of this.#listeners) listener();
  }
}

/** Where several addresses were tried, Node's error has no message. */
function reasonOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return error.message || code || error.name;
}
