import { setTimeout as wait } from 'node:timers/promises';
import { bullQueue } from '../../../packages/core/src/adapters/bull/index.js';
import { queueContract } from '../../contracts/queue-contract.js';
import { freshPrefix, sharedRedisUrl } from '../../support/redis.js';

queueContract('bull', async () => ({
  queue: bullQueue({ url: await sharedRedisUrl(), prefix: freshPrefix() }),
  now: () => Date.now(),
  advance: async (ms) => void (await wait(ms)),
}));
