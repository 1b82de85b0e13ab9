import type { ShopConfig } from '../programs/messages.js';
import type { Shop } from '../programs/shop-process.js';
import { bullJobs } from './bull-jobs.js';
import { eventOf } from './event-of.js';
import { Poster } from './poster.js';

const WEBHOOK = 1;

/** As written by hand: after the commit a job, in the same process a worker that signs and posts; nothing is stored. */
export async function bullShop({ redisUrl, receiverUrl, concurrency }: ShopConfig): Promise<Shop> {
  const jobs = bullJobs(String(redisUrl));
  const poster = new Poster(receiverUrl, WEBHOOK, concurrency);
  await jobs.work(
    concurrency,
    async ({ webhook, eventId, payload }) => void (await poster.post(webhook, eventId, payload)),
    reportFailure,
  );
  return {
    announce: async (index, transaction) => {
      const { id, payload } = eventOf(index);
      transaction.afterCommit(() => jobs.add({ eventId: id, webhook: WEBHOOK, payload }));
      return id;
    },
    close: async () => {
      await jobs.close();
      await poster.close();
    },
  };
}

function reportFailure(error?: Error): void {
  if (error) process.stderr.write(`a job failed: ${error.message}\n`);
}
