import Bull from 'bull';
import { FETCH_WAIT_S, type RedisClient } from './connections.js';
import type { JobBatch, TimedBatch } from './job-batches.js';
import type { Plan } from './options.js';

export type BullQueueOfBatches = Bull.Queue<JobBatch>;

/** What Bull asks a connection for. */
export type ClientJob = 'client' | 'subscriber' | 'bclient';

/** Nothing of a job stays in Redis, however it ends. */
export const REMOVED: Bull.JobOptions = { removeOnComplete: true, removeOnFail: true };

const SETTINGS: Bull.AdvancedSettings = {
  drainDelay: FETCH_WAIT_S,
  // how late a delayed job may be where its announcement was missed
  guardInterval: 1_000,
  retryProcessDelay: 1_000,
};

/** A Bull queue on connections that are made elsewhere; it opens none by itself. */
export function openBull(plan: Plan, connect: (job: ClientJob) => RedisClient): BullQueueOfBatches {
  const options: Bull.QueueOptions & { readonly skipVersionCheck: boolean } = {
    prefix: plan.prefix,
    settings: SETTINGS,
    createClient: connect,
    // asked while Redis is away, it would wait in memory
    skipVersionCheck: true,
  };
  const bull = new Bull<JobBatch>(plan.name, options);
  bull.on('error', (error) =>
    plan.logger.debug({ queue: plan.name, error: error?.message }, 'bull reported an error'),
  );
  return bull;
}

/**
 * One `add` for each batch, written together. `addBulk` is no faster, and where Redis forgot Bull's scripts it fails
 * without an error until the connection is renewed (ioredis 5.11: a script inside MULTI is not sent again).
 */
export async function addBatches(bull: BullQueueOfBatches, batches: readonly TimedBatch[]): Promise<void> {
  const now = Date.now();
  await Promise.all(
    batches.map(({ kind, ids, dueAt }) =>
      bull.add({ kind, ids }, { ...REMOVED, attempts: 1, delay: Math.max(0, dueAt - now) }),
    ),
  );
}
