import assert from 'node:assert/strict';
import { printRow, printTitle, shortId } from '../../helpdesk/print.ts';
import type { AppProcess } from './app-process.ts';
import { type Customer, verifiedIds } from './customer.ts';
import { waitUntil } from './wait-until.ts';
import type { WebClient } from './web-client.ts';

export interface Show {
  readonly web: AppProcess;
  readonly workers: readonly [AppProcess, AppProcess];
  readonly client: WebClient;
  readonly customer: Customer;
}

interface Registered {
  readonly id: string;
  readonly secret: string;
}

const COUNT = 10;
/** What one worker has under way to one webhook at most: `delivery.concurrency` in hub.ts. */
const ONE_WORKERS = 5;

/** Web and worker processes share the work, one of them dies of it, all end when told to. Throws where something is lost. */
export async function playStory(show: Show): Promise<void> {
  const webhook = await registerWebhook(show);
  await shareWork(show, webhook);
  await killInMidWork(show, webhook);
  await moveWebhook(show, webhook);
  await endAll(show);
}

async function registerWebhook({ client, customer }: Show): Promise<Registered> {
  printTitle('A customer registers a webhook, in the web process');
  const webhook = await client.createWebhook(customer.url);
  printRow(shortId(webhook.id), `message.* to ${customer.url}`);
  return webhook;
}

async function shareWork({ client, customer, web, workers }: Show, { secret }: Registered): Promise<void> {
  printTitle(`${COUNT} messages are posted there; the workers deliver them`);
  await client.postMessages(COUNT);
  await waitUntil('the deliveries', () => workers[0].delivered + workers[1].delivered === COUNT);
  await waitUntil('the listener', () => workers[0].indexed + workers[1].indexed === COUNT);
  assert.equal(new Set(verifiedIds(customer.requests, secret)).size, COUNT, 'not every message came');
  assert.equal(web.delivered + web.indexed, 0, 'the web process did the work of a worker');
  for (const worker of workers) printWork(worker);
  printRow('customer', `got ${COUNT}, all signatures verified`);
}

async function killInMidWork({ client, customer, workers }: Show, { secret }: Registered): Promise<void> {
  const [victim, survivor] = workers;
  const before = { requests: customer.requests.length, delivered: survivor.delivered };
  printTitle(`${COUNT} more are posted, sent ones not answered yet, when ${victim.name} dies (kill -9)`);
  customer.hold(COUNT);
  await client.postMessages(COUNT);
  await waitUntil('the requests', () => customer.held().open > ONE_WORKERS);
  await victim.end('SIGKILL');
  await waitUntil('its connections to end', () => customer.held().brokenOff > 0);
  const { open, brokenOff } = customer.held();
  printRow(victim.name, `is gone, with ${brokenOff} requests under way; ${survivor.name} has ${open}`);

  customer.answer();
  const tookMs = await waitUntil('the rest', () => survivor.delivered === before.delivered + COUNT);
  const ids = verifiedIds(customer.requests.slice(before.requests), secret);
  assert.equal(new Set(ids).size, COUNT, 'messages were lost');
  assert.equal(ids.length, COUNT + brokenOff, 'a message came again that no dead worker had under way');
  assert.equal(await client.countDeliveries('delivered'), 2 * COUNT, 'deliveries are still owed');
  printRow(survivor.name, `delivered its ${open}, and ${seconds(tookMs)} later all the others`);
  printRow('customer', `got ${COUNT}; ${brokenOff} of them again, with the same webhook-id`);
}

async function moveWebhook({ client, customer }: Show, { id }: Registered): Promise<void> {
  const seen = customer.requests.length;
  printTitle('The webhook gets another URL, in the web process');
  await client.moveWebhook(id, `${new URL('/moved', customer.url)}`);
  await client.postMessages(1);
  const tookMs = await waitUntil('the next message', () => customer.requests.length > seen);
  const paths = customer.requests.slice(seen).map(({ path }) => path);
  assert.deepEqual(paths, ['/moved'], 'a worker used the old URL');
  printRow('customer', `got the next message at /moved, ${tookMs} ms after it was posted`);
}

async function endAll({ web, workers: [, survivor] }: Show): Promise<void> {
  printTitle('SIGTERM');
  await Promise.all([web, survivor].map(endOne));
}

async function endOne(process: AppProcess): Promise<void> {
  const startedAt = performance.now();
  const { code, signal } = await process.end('SIGTERM');
  assert.equal(code, 0, `${process.name} ended with ${code ?? signal}`);
  printRow(process.name, `ended by itself with code 0 after ${seconds(performance.now() - startedAt)}`);
}

function printWork({ name, delivered, indexed }: AppProcess): void {
  printRow(name, `${delivered} delivered, ${indexed} indexed for search (its async listener)`);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
