import type { Job, JobKind, Queue } from '../ports/queue.js';
import type { Worker } from './worker.js';

const KINDS: readonly JobKind[] = ['delivery', 'run'];

/** One worker for each kind of work, with places of its own: listeners that hang keep no delivery waiting. */
export class Workers {
  readonly #byKind: Readonly<Record<JobKind, Worker>>;

  constructor(byKind: Readonly<Record<JobKind, Worker>>) {
    this.#byKind = byKind;
  }

  start(queue: Queue): void {
    queue.consume((jobs) => this.#accept(jobs));
  }

  /** Answers how much was taken. */
  async takeDue(): Promise<number> {
    const counts = await Promise.all(this.#all.map((worker) => worker.takeDue()));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async idle(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.idle()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.stop()));
  }

  async #accept(jobs: readonly Job[]): Promise<void> {
    const idsOf = (kind: JobKind) => jobs.filter((job) => job.kind === kind).map(({ id }) => id);
    await Promise.all(KINDS.map((kind) => this.#byKind[kind].accept(idsOf(kind))));
  }

  get #all(): readonly Worker[] {
    return KINDS.map((kind) => this.#byKind[kind]);
  }
}
