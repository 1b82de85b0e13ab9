// A process that is nothing but a hub, told when to begin.
import { createHub } from '@hookline/core';
import { sequelizeStore } from '@hookline/sequelize';
import { Sequelize } from 'sequelize';
import { leave, obey, readConfig } from '../../faults/programs/talk.js';
import type { HubConfig, HubOrder, Usage } from '../scale/messages.js';
import { inLanes } from './in-lanes.js';
import { IN_FLIGHT } from './messages.js';
import { now } from './now.js';
import { quietLogger } from './quiet-logger.js';

const KIB_PER_MIB = 1_024;

const config = readConfig<HubConfig>();
const sequelize = new Sequelize(config.databaseUrl, { logging: false });
const hub = await openHub(config);

obey<HubOrder>(async (order) => {
  if (order.kind === 'start') await hub.start();
  if (order.kind === 'dispatch') await dispatch(order);
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

async function dispatch({ events, accounts }: Extract<HubOrder, { kind: 'dispatch' }>): Promise<void> {
  await inLanes(events, IN_FLIGHT, (index) => {
    const account = accounts[index % accounts.length] ?? null;
    return hub.dispatch('order.paid', { order: { id: index } }, { account });
  });
  await hub.drain();
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const memoryMiB = process.resourceUsage().maxRSS / KIB_PER_MIB;
  return { at: now(), cpuMs: (user + system) / 1_000, memoryMiB };
}
