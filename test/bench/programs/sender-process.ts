// A contender of `delivery`: a process that dispatches events and brings them to their webhooks.
import { leave, obey, readConfig } from '../../faults/programs/talk.js';
import { bareUndici } from '../peers/bare-undici.js';
import { queueSender } from '../peers/queue-sender.js';
import { hooklineSender } from './hookline-sender.js';
import type { Dispatched, Sender, SenderConfig, SenderOrder, Settled } from './messages.js';
import { now } from './now.js';

const BYTES_PER_MIB = 1_048_576;

const sender = await openSender(readConfig<SenderConfig>());
let cpu = process.cpuUsage();

obey<SenderOrder>((order) => (order.kind === 'dispatch' ? dispatch(order.events) : settle()));

process.once('SIGTERM', async () => {
  leave();
  await sender.close();
});

function openSender(config: SenderConfig): Promise<Sender> {
  if (config.sender === 'hookline') return hooklineSender(config);
  if (config.sender === 'bare-undici') return bareUndici(config);
  return queueSender(config);
}

async function dispatch(events: number): Promise<Dispatched> {
  cpu = process.cpuUsage();
  const startedAt = now();
  await sender.dispatch(events);
  return { startedAt };
}

async function settle(): Promise<Settled> {
  await sender.settle();
  const settledAt = now();
  const { user, system } = process.cpuUsage(cpu);
  const memoryMiB = (process.resourceUsage().maxRSS * 1_024) / BYTES_PER_MIB;
  return { settledAt, cpuMs: (user + system) / 1_000, memoryMiB };
}
