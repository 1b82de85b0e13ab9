import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { HttpReply, OutboundRequest } from '../../ports/http-client.js';
import type { Connection } from './connection.js';
import type { Caller, ConnectionPool, Route } from './connection-pool.js';
import { type Failure, failureOf, isClosedByPeer, refuseStatus, type Stage, timedOut } from './failure.js';
import type { Target } from './target.js';

const NOTHING = Buffer.alloc(0);
/** Their replies are over with their headers, whatever those say of a body (RFC 9112, 6.3). */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 304]);

export interface Order {
  readonly pool: ConnectionPool;
  readonly target: Target;
  readonly route: Route;
  readonly request: OutboundRequest;
  readonly answer: (reply: HttpReply) => void;
}

/** Sends the request and answers once: with the reply, or with why there is none. */
export function exchange(order: Order): void {
  new Exchange(order).begin();
}

/** A request on its way, and what comes back for it. Written against undici's handlers: this is the hottest path. */
class Exchange implements Dispatcher.DispatchHandler, Caller {
  isOver = false;
  readonly #order: Order;
  readonly #startedAt = performance.now();
  readonly #deadline: NodeJS.Timeout;
  #connection: Connection | null = null;
  #stage: Stage = 'connecting';
  #isReused = false;
  #bytesReadBefore = 0;
  #hasResent = false;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(order: Order) {
    this.#order = order;
    this.#deadline = setTimeout(giveUp, order.request.timeoutMs, this);
  }

  begin(): void {
    const { pool, route } = this.#order;
    try {
      pool.acquire(route, this);
    } catch (error) {
      this.#leave();
      this.fail(error);
    }
  }

  start(connection: Connection): void {
    const { request, target } = this.#order;
    this.#connection = connection;
    this.#stage = 'connecting';
    const { headers, body } = request;
    connection.dispatch({ method: 'POST', path: target.path, headers, body }, this);
  }

  /** Just before it is written. */
  onRequestStart(): void {
    this.#stage = 'sending';
    this.#isReused = this.#connection?.isProven ?? false;
    this.#bytesReadBefore = this.#connection?.bytesRead ?? 0;
  }

  /** For interim replies (103), too; the last one counts. What it throws is what the request fails with. */
  onResponseStart(_: unknown, status: number, headers: IncomingHttpHeaders): void {
    refuseStatus(status);
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    if (this.isOver) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#order.request.maxResponseBytes) return;
    this.#succeed();
    // what is left is not waited for; where it is here already, the connection is as good as ever
    setImmediate(() => this.#leave());
  }

  onResponseEnd(): void {
    const connection = this.#connection;
    this.#connection = null;
    if (connection !== null) {
      connection.isProven = true;
      this.#order.pool.release(connection);
    }
    if (!this.isOver) this.#succeed();
  }

  onResponseError(_: unknown, error: Error): void {
    const connection = this.#connection;
    if (connection === null) return;
    if (!this.isOver && this.#wasSentInVain(connection, error)) {
      this.#sendAgain(connection);
      return;
    }
    this.#leave();
    if (this.isOver) return;
    if (WITHOUT_BODY.has(this.#status)) this.#succeed();
    else this.fail(error);
  }

  fail(error: unknown): void {
    this.#end(failureOf(error, this.#stage, this.#order.request.timeoutMs));
  }

  giveUp(): void {
    this.#leave();
    this.#end(timedOut(this.#order.request.timeoutMs));
  }

  /** A kept-alive socket that the peer closed meanwhile is nobody's failure: the request goes out again, once. */
  #wasSentInVain(connection: Connection, error: Error): boolean {
    if (this.#hasResent || !this.#isReused || !isClosedByPeer(error)) return false;
    return connection.bytesRead === this.#bytesReadBefore;
  }

  #sendAgain(connection: Connection): void {
    this.#hasResent = true;
    this.#connection = null;
    this.#order.pool.replace(connection, this);
  }

  /** Only a reply that was read to its end leaves a connection that can be used again. */
  #leave(): void {
    const connection = this.#connection;
    this.#connection = null;
    if (connection !== null) this.#order.pool.retire(connection);
  }

  #succeed(): void {
    const body = bytesOf(this.#chunks).subarray(0, this.#order.request.maxResponseBytes);
    const headers = oneTextPerName(this.#headers);
    this.#answer({ kind: 'response', status: this.#status, headers, body, durationMs: this.#durationMs() });
  }

  #end({ reason, message }: Failure): void {
    this.#answer({ kind: 'error', reason, message, durationMs: this.#durationMs() });
  }

  #answer(reply: HttpReply): void {
    this.isOver = true;
    clearTimeout(this.#deadline);
    this.#order.answer(reply);
  }

  #durationMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }
}

function giveUp(late: Exchange): void {
  late.giveUp();
}

function bytesOf(chunks: readonly Buffer[]): Buffer {
  const [first = NOTHING] = chunks;
  return chunks.length > 1 ? Buffer.concat(chunks) : first;
}

/** In place: undici made the object for us, with names in lower case, and an array where a name is repeated. */
function oneTextPerName(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value.join(', ');
  }
  return headers as Record<string, string>;
}
