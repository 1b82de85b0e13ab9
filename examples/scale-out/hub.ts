import { createHub, defineEvents, payload } from '@hookline/core';
import { bullQueue } from '@hookline/core/bull';
import { bindModel, sequelizeStore } from '@hookline/sequelize';
import { Message, sequelize } from './database.ts';
import { logger } from './logger.ts';

const events = defineEvents({
  'message.created': payload<{ message: { id: number; text: string } }>(),
});

// Every process builds the same hub. What it does with it, it says at start.
export const hub = createHub({
  events,
  store: sequelizeStore(sequelize),
  queue: bullQueue(process.env.REDIS_URL),
  encryptionKey: process.env.ENCRYPTION_KEY ?? '',
  logger,
  delivery: {
    allowAddresses: ['127.0.0.0/8'], // this example's receiver runs on this machine
    concurrency: 5, // so few that two workers have something to share; leave it out
  },
  leaseMs: 2_000, // so short that a killed worker is soon replaced; leave it out
});

// Here and not in worker.ts: a process that relays must know who listens, to owe them the event.
hub.on('message.created', ({ data }) => logger.info({ messageId: data.message.id }, 'indexed for search'), {
  lane: 'async',
  name: 'search-index',
});

bindModel(Message, hub, {
  created: 'message.created',
  data: ({ id, text }) => ({ message: { id, text } }),
});
