// A process that is nothing but a hub, told when to begin.
import { setTimeout as sleep } from 'node:timers/promises';
import { createHub } from '@hookline/core';
import { sequelizeStore } from '@hookline/sequelize';
import { Sequelize } from 'sequelize';
import { leave, obey, readConfig } from '../../faults/programs/talk.js';
import type { HubConfig, HubOrder, Usage } from '../scale/messages.js';
import { inLanes } from './in-lanes.js';
import { IN_FLIGHT } from './messages.js';
import { now } from './now.js';
import { orderOf } from './order.js';
import { quietLogger } from './quiet-logger.js';

const KIB_PER_MIB = 1_024;

const config = readConfig<HubConfig>();
const sequelize = new Sequelize(config.databaseUrl, { logging: false });
const hub = await openHub(config);
let dispatched = 0;

obey<HubOrder>(async (order) => {
  if (order.kind === 'start') await hub.start();
  if (order.kind === 'dispatch') await dispatch(order);
  if (order.kind === 'pace') await pace(order);
  return usage();
});

process.once('SIGTERM', async () => {
  leave();
  await hub.close({ timeoutMs: 0 });
  await sequelize.close();
});

async function openHub({ redisUrl, roles, retry, concurrency, timeoutMs }: HubConfig) {
  return createHub({
    store: sequelizeStore(sequelize),
    ...(redisUrl ? { queue: (await import('@hookline/core/bull')).bullQueue(redisUrl) } : {}),
    roles,
    ...(retry ? { retry } : {}),
    delivery: {
      allowAddresses: ['127.0.0.0/8'],
      ...(concurrency ? { concurrency } : {}),
      ...(timeoutMs ? { timeoutMs } : {}),
    },
    retention: false,
    logger: quietLogger,
  });
}

async function pace({ perSec, durationMs, account }: Extract<HubOrder, { kind: 'pace' }>): Promise<void> {
  const endsAt = now() + durationMs;
  const pending: Promise<unknown>[] = [];
  const gapMs = () => (-Math.log(1 - Math.random()) * 1_000) / perSec;
  for (let next = now(); next < endsAt; next += gapMs()) {
    if (next > now()) await sleep(next - now());
    dispatched += 1;
    pending.push(hub.dispatch('order.paid', orderOf(dispatched), { account }));
  }
  await Promise.all(pending);
  await hub.drain();
}

async function dispatch({ events, accounts }: Extract<HubOrder, { kind: 'dispatch' }>): Promise<void> {
  dispatched += events;
  await inLanes(events, IN_FLIGHT, (index) => {
    const account = accounts[index % accounts.length] ?? null;
    return hub.dispatch('order.paid', { order: { id: index } }, { account });
  });
  await hub.drain();
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const memoryMiB = process.resourceUsage().maxRSS / KIB_PER_MIB;
  return { dispatched, at: now(), cpuMs: (user + system) / 1_000, memoryMiB };
}
