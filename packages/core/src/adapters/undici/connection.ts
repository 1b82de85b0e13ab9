import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { Route } from './connection-pool.js';

const KEEP_ALIVE_MS = 4_000;

/** One connection to an origin; it carries one request at a time. */
export class Connection {
  readonly route: Route;
  isIdle = false;
  /** A request was answered on this very socket: its peer may close it at any time from now on. */
  isProven = false;
  readonly #client: Client;
  #socket: Socket | null = null;

  /** @param onClosed called whenever the socket is closed, whoever closed it */
  constructor(route: Route, onClosed: (connection: Connection) => void) {
    this.route = route;
    this.#client = new Client(route.origin, {
      keepAliveTimeout: KEEP_ALIVE_MS,
      // whatever the receiver offers: at that end it closes the connection while we may be sending
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      // an exchange has one deadline, of its own
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (target, callback) =>
        route.connect(target, (...outcome) => {
          this.#socket = outcome[1];
          callback(...outcome);
        }),
    });
    this.#client.on('disconnect', () => {
      this.isProven = false;
      onClosed(this);
    });
  }

  /** How many bytes the socket has had from its peer. */
  get bytesRead(): number {
    return this.#socket?.bytesRead ?? 0;
  }

  /** Connects first where there is no socket (any more). */
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(options, handler);
  }

  /** A request under way fails. */
  destroy(): Promise<void> {
    return this.#client.destroy();
  }
}
