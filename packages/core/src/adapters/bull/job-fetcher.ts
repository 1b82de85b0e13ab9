import type { JobHandler } from '../../ports/queue.js';
import { FetchSession } from './fetch-session.js';
import { readJobs } from './job-batches.js';
import type { Plan } from './options.js';
import { OutageLog } from './outage-log.js';
import type { SharedConnection } from './shared-connection.js';

const NEXT_SESSION_MS = 300;

/** Brings jobs from Redis to the worker, in one session after the other for as long as Redis can be reached. */
export class JobFetcher {
  readonly #plan: Plan;
  readonly #connection: SharedConnection;
  readonly #handler: JobHandler;
  /** To let go of the Bull jobs that wait for room in the worker. */
  readonly #held = new Set<() => void>();
  readonly #log: OutageLog;
  #session: FetchSession | null = null;
  #isStopped = false;

  constructor(plan: Plan, connection: SharedConnection, handler: JobHandler) {
    this.#plan = plan;
    this.#connection = connection;
    this.#handler = handler;
    this.#log = new OutageLog(plan.logger, plan.name, {
      out: 'the queue brings no jobs: this worker finds its work in the store until it does',
      back: 'the queue brings jobs again',
    });
  }

  start(): void {
    this.#connection.onChange(() => this.#beginSession());
    this.#connection.open();
    this.#beginSession();
  }

  /** Brings nothing more, at once. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#log.stop();
    await this.#session?.pause();
    for (const letGo of this.#held) letGo();
  }

  async close(): Promise<void> {
    await this.#session?.close();
  }

  #beginSession(): void {
    if (this.#isStopped || this.#session || this.#connection.reach !== 'ready') return;
    let wasReady = false;
    this.#session = new FetchSession(this.#plan, this.#connection.open(), {
      onJob: (data) => this.#handOver(data),
      onReady: () => {
        wasReady = true;
        this.#log.end();
      },
      onRefusal: (problem) => this.#log.begin(problem),
      onEnd: (problem) => this.#endSession(wasReady ? null : problem),
    });
  }

  #endSession(problem: string | null): void {
    const ended = this.#session;
    const timer = setTimeout(() => {
      this.#session = null;
      // where Redis is away, that is said already
      if (problem !== null && this.#connection.reach === 'ready') this.#log.begin(problem);
      this.#beginSession();
    }, NEXT_SESSION_MS);
    timer.unref();
    ended?.close().catch(() => {});
  }

  async #handOver(data: unknown): Promise<void> {
    const jobs = readJobs(data);
    if (this.#isStopped || jobs.length === 0) return;
    this.#log.end();
    await new Promise<void>((resolve, reject) => {
      this.#held.add(resolve);
      this.#handler(jobs)
        .then(resolve, reject)
        .finally(() => this.#held.delete(resolve));
    });
  }
}
