import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { AttemptJob, JobQueue } from './job-queue.js';

const NAME = 'attempts';

export function bullmqJobs(redisUrl: string): JobQueue {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const defaultJobOptions = { removeOnComplete: true };
  const queue = new Queue<AttemptJob>(NAME, { connection, defaultJobOptions });
  let worker: Worker<AttemptJob> | null = null;
  return {
    addMany: async (jobs) => void (await queue.addBulk(jobs.map((data) => ({ name: NAME, data })))),
    add: async (job) => void (await queue.add(NAME, job)),
    work: async (concurrency, perform, onDone) => {
      worker = new Worker<AttemptJob>(NAME, ({ data }) => perform(data), { connection, concurrency });
      worker.on('completed', () => onDone());
      worker.on('failed', (_, error) => onDone(error));
      await worker.waitUntilReady();
    },
    close: async () => {
      await worker?.close();
      await queue.close();
      await connection.quit();
    },
  };
}
