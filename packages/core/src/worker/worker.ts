import { errorFields } from '../errors.js';
import type { Logger } from '../ports/logger.js';
import type { Job, JobKind, Queue } from '../ports/queue.js';

export interface WorkerDeps {
  readonly queue: Queue;
  readonly logger: Logger;
  readonly concurrency: number;
  readonly attempts: Readonly<Record<JobKind, (id: string) => Promise<void>>>;
}

/** Takes jobs from the queue and attempts what they name. */
export class Worker {
  readonly #deps: WorkerDeps;

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { queue, concurrency } = this.#deps;
    queue.consume(async (jobs) => void (await Promise.all(jobs.map((job) => this.#work(job)))), {
      concurrency,
    });
  }

  /** A job that fails here is not the queue's to repeat: the sweeper finds its row when the lease ends. */
  async #work({ kind, id }: Job): Promise<void> {
    try {
      await this.#deps.attempts[kind](id);
    } catch (error) {
      this.#deps.logger.error({ kind, id, ...errorFields(error) }, 'a job failed on our side');
    }
  }
}
