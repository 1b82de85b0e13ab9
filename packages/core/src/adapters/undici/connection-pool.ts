import { type buildConnector, errors } from 'undici';
import { Connection } from './connection.js';

export interface PoolLimits {
  /** Connections to one origin. */
  readonly perOrigin: number;
  /** Connections that are kept for what may come, over all origins. */
  readonly idle: number;
}

/** Who needs a connection. */
export interface Caller {
  /** Needs none any more. */
  readonly isOver: boolean;
  start(connection: Connection): void;
  fail(error: Error): void;
}

/** Where a connection leads, and how it is made. */
export interface Route {
  /** Connections of the same name are shared. */
  readonly name: string;
  readonly origin: string;
  readonly connect: buildConnector.connector;
}

interface Origin {
  /** The last one back is the first one out, so that what is not needed falls to its keep-alive timeout. */
  readonly idle: Connection[];
  readonly waiting: Caller[];
  open: number;
}

/**
 * The connections to all origins. An origin is known for as long as it has a connection, which is for a few seconds
 * after its last request.
 */
export class ConnectionPool {
  readonly #limits: PoolLimits;
  readonly #origins = new Map<string, Origin>();
  readonly #connections = new Set<Connection>();
  #idleCount = 0;
  #isClosed = false;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  /** Starts the caller on a connection, at once or when one is free. Throws where undici knows no such origin. */
  acquire(route: Route, caller: Caller): void {
    const origin = this.#origins.get(route.name);
    const idle = origin?.idle.pop();
    if (idle !== undefined) {
      this.#noteBusy(idle);
      caller.start(idle);
    } else if (origin !== undefined && origin.open >= this.#limits.perOrigin) {
      origin.waiting.push(caller);
    } else {
      this.#startOnNew(route, caller);
    }
  }

  /** The connection has done its work, and may do more. */
  release(connection: Connection): void {
    const origin = this.#origins.get(connection.route.name);
    if (origin === undefined) return;
    const next = nextOf(origin.waiting);
    if (next === null) this.#keep(connection, origin);
    else next.start(connection);
  }

  /** Closes the connection; what it was on fails. */
  retire(connection: Connection): void {
    this.#forget(connection);
    const origin = this.#origins.get(connection.route.name);
    if (origin === undefined || origin.open >= this.#limits.perOrigin) return;
    const next = nextOf(origin.waiting);
    if (next !== null) this.#startOnNew(connection.route, next);
    else if (origin.open === 0) this.#origins.delete(connection.route.name);
  }

  /** Closes the connection, and starts the caller on a new one in its place. */
  replace(connection: Connection, caller: Caller): void {
    this.#forget(connection);
    this.#startOnNew(connection.route, caller);
  }

  /** Closes every connection; what is under way and what waits fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const connections = [...this.#connections];
    const waiting = [...this.#origins.values()].flatMap((origin) => origin.waiting);
    this.#connections.clear();
    this.#origins.clear();
    for (const caller of waiting) if (!caller.isOver) caller.fail(new errors.ClientDestroyedError());
    await Promise.all(connections.map((connection) => connection.destroy()));
  }

  #startOnNew(route: Route, caller: Caller): void {
    if (this.#isClosed) caller.fail(new errors.ClientDestroyedError());
    else caller.start(this.#open(route));
  }

  #open(route: Route): Connection {
    const connection = new Connection(route, (closed) => this.#onClosed(closed));
    const origin = this.#origins.get(route.name) ?? { idle: [], waiting: [], open: 0 };
    origin.open += 1;
    this.#origins.set(route.name, origin);
    this.#connections.add(connection);
    return connection;
  }

  /** One that carries a request is the business of who sent that. */
  #onClosed(connection: Connection): void {
    if (connection.isIdle) this.retire(connection);
  }

  #forget(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    void connection.destroy();
    const origin = this.#origins.get(connection.route.name);
    if (origin === undefined) return;
    origin.open -= 1;
    if (!connection.isIdle) return;
    this.#noteBusy(connection);
    origin.idle.splice(origin.idle.indexOf(connection), 1);
  }

  #keep(connection: Connection, { idle }: Origin): void {
    idle.push(connection);
    connection.isIdle = true;
    this.#idleCount += 1;
    if (this.#idleCount > this.#limits.idle) this.#retireLongestIdle();
  }

  #noteBusy(connection: Connection): void {
    connection.isIdle = false;
    this.#idleCount -= 1;
  }

  /** Of the origin that is known longest: the order among origins is not worth keeping. */
  #retireLongestIdle(): void {
    for (const { idle } of this.#origins.values()) {
      const [longest] = idle;
      if (longest === undefined) continue;
      this.retire(longest);
      return;
    }
  }
}

function nextOf(waiting: Caller[]): Caller | null {
  for (let caller = waiting.shift(); caller !== undefined; caller = waiting.shift()) {
    if (!caller.isOver) return caller;
  }
  return null;
}
