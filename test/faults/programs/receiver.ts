// The server of a customer: knows nothing of Hookline, only the secrets it was shown and npm's `standardwebhooks`.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { ReceiverCount, ReceiverOrder, Reception } from './messages.js';
import { obey } from './talk.js';

// Below the ports that a system gives to connections: while this server is down, one that tries to reach it must not
// be given its very port and connect to itself.
const FIRST_PORT = 22_000;
const PORT_COUNT = 10_000;
const PORT_TRIES = 20;

interface Entry {
  readonly path: string;
  readonly reference: string;
  readonly webhookIds: Set<string>;
  requests: number;
  readonly firstAt: number;
}

const entries = new Map<string, Entry>();
const verifiers = new Map<string, Webhook>();
let requests = 0;
let open = 0;
let refused = 0;
let lastAt = 0;
let delayMs = 0;
let held: (() => void)[] | null = null;
let isDown = false;

const server = createServer((request, response) => void handle(request, response).catch(() => {}));
const port = await listenSomewhere();

obey<ReceiverOrder>((order) => {
  if (order.kind === 'count') return count();
  if (order.kind === 'report') return report();
  if (order.kind === 'trust') return trust(order.secrets);
  if (order.kind === 'hold') held ??= [];
  if (order.kind === 'release') release();
  if (order.kind === 'delay') delayMs = order.ms;
  if (order.kind === 'go-down') return goDown();
  if (order.kind === 'come-up') return listen(port);
});

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request);
  const path = request.url ?? '';
  open += 1;
  response.once('close', () => {
    open -= 1;
  });
  if (!isGenuine(path, request, body)) {
    refused += 1;
    response.writeHead(401).end();
    return;
  }
  note(path, String(request.headers['webhook-id']), body);
  if (held) await new Promise<void>((resolve) => held?.push(resolve));
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  // a connection that is kept would let a server that goes down take more
  if (isDown) response.setHeader('connection', 'close');
  response.writeHead(204).end();
}

function isGenuine(path: string, { headers }: IncomingMessage, body: Buffer): boolean {
  try {
    verifiers.get(path)?.verify(body, headers as Record<string, string>);
    return verifiers.has(path);
  } catch {
    return false;
  }
}

function note(path: string, webhookId: string, body: Buffer): void {
  const { data } = JSON.parse(body.toString()) as { data: { order: { reference: string } } };
  const { reference } = data.order;
  const key = `${path} ${reference}`;
  const now = Date.now();
  const entry = entries.get(key) ?? { path, reference, webhookIds: new Set(), requests: 0, firstAt: now };
  entry.webhookIds.add(webhookId);
  entry.requests += 1;
  entries.set(key, entry);
  requests += 1;
  lastAt = now;
}

function count(): ReceiverCount {
  return { requests, distinct: entries.size, open, refused, lastAt };
}

function report(): readonly Reception[] {
  return [...entries.values()].map((entry) => ({ ...entry, webhookIds: [...entry.webhookIds] }));
}

/** Answers where it listens. */
function trust(secrets: Readonly<Record<string, string>>): string {
  for (const [path, secret] of Object.entries(secrets)) verifiers.set(path, new Webhook(secret));
  return `http://127.0.0.1:${port}`;
}

function release(): void {
  const waiting = held ?? [];
  held = null;
  for (const resume of waiting) resume();
}

async function goDown(): Promise<void> {
  isDown = true;
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  await closed;
}

async function listenSomewhere(): Promise<number> {
  for (let tries = 1; ; tries++) {
    const candidate = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    try {
      await listen(candidate);
      return candidate;
    } catch (error) {
      if (tries === PORT_TRIES) throw error;
    }
  }
}

async function listen(at: number): Promise<void> {
  server.listen(at, '127.0.0.1', 4_096);
  await once(server, 'listening');
  isDown = false;
}
