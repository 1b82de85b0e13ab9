import type { Sender, SenderConfig } from '../programs/messages.js';
import { type AttemptLog, attemptLog } from './attempt-log.js';
import { bullJobs } from './bull-jobs.js';
import { bullmqJobs } from './bullmq-jobs.js';
import { eventOf } from './event-of.js';
import type { AttemptJob, JobQueue } from './job-queue.js';
import { Poster } from './poster.js';

/** Jobs that are added in one go. */
export const BULK = 500;

/** What a team writes by hand on a job queue: a job for each event and webhook, a worker that signs and posts. */
export async function queueSender(config: SenderConfig): Promise<Sender> {
  const { receiverUrl, webhooks, concurrency } = config;
  const jobs = openJobs(config);
  const log = config.databaseUrl === undefined ? null : await attemptLog(config.databaseUrl);
  const poster = new Poster(receiverUrl, webhooks, concurrency);
  const progress = new Progress();
  await jobs.work(concurrency, (job) => attempt(job, poster, log), progress.onDone);
  return {
    dispatch: (events) => dispatch(events, { webhooks, jobs, log, progress }),
    settle: () => progress.settled(),
    close: async () => {
      await jobs.close();
      await poster.close();
      await log?.close();
    },
  };
}

function openJobs({ sender, redisUrl }: SenderConfig): JobQueue {
  return sender.startsWith('bullmq') ? bullmqJobs(String(redisUrl)) : bullJobs(String(redisUrl));
}

async function attempt(job: AttemptJob, poster: Poster, log: AttemptLog | null): Promise<void> {
  const startedAt = Date.now();
  const reply = await poster.post(job.webhook, job.eventId, job.payload);
  await log?.storeAttempt(job, reply, Date.now() - startedAt);
}

interface DispatchParts {
  readonly webhooks: number;
  readonly jobs: JobQueue;
  readonly log: AttemptLog | null;
  readonly progress: Progress;
}

async function dispatch(events: number, { webhooks, jobs, log, progress }: DispatchParts): Promise<void> {
  const numbers = Array.from({ length: webhooks }, (_, index) => index + 1);
  const eventsPerBulk = Math.ceil(BULK / webhooks);
  for (let first = 0; first < events; first += eventsPerBulk) {
    const count = Math.min(eventsPerBulk, events - first);
    const fresh = Array.from({ length: count }, (_, index) => eventOf(first + index));
    await log?.storeEvents(fresh);
    progress.expect(count * webhooks);
    await jobs.addMany(
      fresh.flatMap(({ id, payload }) => numbers.map((webhook) => ({ eventId: id, webhook, payload }))),
    );
  }
}

/** How many jobs are still to be done. */
class Progress {
  #open = 0;
  #problem: Error | null = null;
  #settle: (() => void) | null = null;

  readonly onDone = (error?: Error): void => {
    this.#open -= 1;
    this.#problem ??= error ?? null;
    if (this.#open === 0) this.#settle?.();
  };

  expect(count: number): void {
    this.#open += count;
  }

  /** Rejects where a job failed. */
  async settled(): Promise<void> {
    if (this.#open > 0) await new Promise<void>((resolve) => this.#awaitLast(resolve));
    if (this.#problem) throw this.#problem;
  }

  #awaitLast(resolve: () => void): void {
    this.#settle = resolve;
  }
}
