import Bull from 'bull';
import type { AttemptJob, JobQueue } from './job-queue.js';

export function bullJobs(redisUrl: string): JobQueue {
  const queue = new Bull<AttemptJob>('attempts', redisUrl, { defaultJobOptions: { removeOnComplete: true } });
  return {
    addMany: async (jobs) => void (await queue.addBulk(jobs.map((data) => ({ data })))),
    add: async (job) => void (await queue.add(job)),
    work: async (concurrency, perform, onDone) => {
      queue.on('completed', () => onDone());
      queue.on('failed', (_, error) => onDone(error));
      // resolves when the queue is closed
      void queue.process(concurrency, ({ data }) => perform(data));
      await queue.isReady();
    },
    close: () => queue.close(),
  };
}
