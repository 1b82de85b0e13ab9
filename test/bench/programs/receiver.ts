// The server of a customer: reads each request, answers, and keeps what came and when.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { obey, readConfig } from '../../faults/programs/talk.js';
import type { Arrival, Received, ReceiverConfig, ReceiverOrder } from './messages.js';
import { now } from './now.js';

const KEEP_ALIVE_MS = 60_000;
const BACKLOG = 4_096;

interface Wish {
  readonly distinct: number;
  readonly grant: (received: Received) => void;
}

const { delayMs = 0 } = readConfig<ReceiverConfig>();
const seen = new Set<string>();
const firstAt = new Map<string, number>();
let wish: Wish | null = null;
let requests = 0;
let lastAt = 0;
let cpu = process.cpuUsage();

const server = createServer(receive);
server.keepAliveTimeout = KEEP_ALIVE_MS;
server.listen(0, '127.0.0.1', BACKLOG);
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

obey<ReceiverOrder>((order) => {
  if (order.kind === 'reset') return reset();
  if (order.kind === 'times') return [...firstAt] satisfies readonly Arrival[];
  return awaitDistinct(order.distinct, order.patienceMs);
});

/** Called when the head of the request is there. */
function receive(request: IncomingMessage, response: ServerResponse): void {
  const at = now();
  request.resume();
  request.once('end', () => {
    answer(response, request.url ?? '');
    note(String(request.headers['webhook-id']), request.url ?? '', at);
  });
}

/** `/hang...` waits in vain, and `/fail...` is answered with what is no success. */
function answer(response: ServerResponse, path: string): void {
  if (path.startsWith('/hang')) return;
  if (path.startsWith('/fail')) response.statusCode = 500;
  if (delayMs === 0) response.end('{"ok":true}');
  else setTimeout(() => response.end('{"ok":true}'), delayMs);
}

function note(webhookId: string, path: string, at: number): void {
  requests += 1;
  lastAt = at;
  seen.add(webhookId + path);
  if (!firstAt.has(webhookId)) firstAt.set(webhookId, at);
  grantWish();
}

function awaitDistinct(distinct: number, patienceMs?: number): Promise<Received> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error(`${seen.size} of ${distinct} deliveries came in ${patienceMs} ms`));
    const timer = patienceMs && setTimeout(giveUp, patienceMs);
    const grant = (received: Received) => {
      clearTimeout(timer);
      resolve(received);
    };
    wish = { distinct, grant };
    grantWish();
  });
}

function grantWish(): void {
  if (!wish || seen.size < wish.distinct) return;
  const { user, system } = process.cpuUsage(cpu);
  wish.grant({ requests, distinct: seen.size, lastAt, cpuMs: (user + system) / 1_000 });
  wish = null;
}

function reset(): string {
  seen.clear();
  firstAt.clear();
  requests = 0;
  lastAt = 0;
  cpu = process.cpuUsage();
  return `http://127.0.0.1:${port}`;
}
