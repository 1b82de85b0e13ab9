import type Bull from 'bull';
import {
  type Connection,
  end,
  FETCH_WAIT_S,
  openBlocking,
  openSubscriber,
  type RedisClient,
} from './connections.js';
import type { JobBatch } from './job-batches.js';
import { type BullQueueOfBatches, openBull, REMOVED } from './open-bull.js';
import type { Plan } from './options.js';
import { watchSilence } from './watch-silence.js';

/** Each handles one Bull job at a time; a second one fetches while the first waits for the worker or for Redis. */
const FETCH_LOOPS = 2;
/** Each fetch may wait for its time behind the others. */
const SILENCE_MS = (FETCH_LOOPS + 1) * FETCH_WAIT_S * 1_000;
/** The address leads to the new master once somebody asks again. */
const BECAME_REPLICA = /^(READONLY|UNBLOCKED)/;

export interface SessionEvents {
  /** What a Bull job held; the job is done when this resolves. */
  readonly onJob: (data: unknown) => Promise<void>;
  readonly onReady: () => void;
  /** Redis refused a command of the fetching. */
  readonly onRefusal: (problem: string) => void;
  /** It fetches no more: one of its connections ended, or it could not begin. */
  readonly onEnd: (problem: string) => void;
}

/** Bull's private parts that we must touch. */
interface BullInternals {
  readonly bclient: unknown;
  bclientInitialized: boolean;
  setWorkerName: () => Promise<void>;
}

/**
 * One Bull queue that fetches, with the connections this takes. It ends when one of those does: Bull is not left to
 * recover by itself, since it has been seen to come back and fetch nothing.
 */
export class FetchSession {
  readonly #events: SessionEvents;
  readonly #blocking: Connection;
  readonly #subscriber: Connection;
  readonly #bull: BullQueueOfBatches;
  readonly #internals: BullInternals;
  readonly #listeners: (() => void)[] = [];
  #isOver = false;

  constructor(plan: Plan, shared: RedisClient, events: SessionEvents) {
    this.#events = events;
    this.#blocking = openBlocking(plan);
    this.#subscriber = openSubscriber(plan);
    const clients = { client: shared, bclient: this.#blocking.client, subscriber: this.#subscriber.client };
    this.#bull = openBull(plan, (job) => clients[job]);
    this.#internals = askForBlocking(this.#bull as unknown as BullInternals);
    this.#begin();
  }

  /** Fetches nothing more. What is being handled goes on. */
  async pause(): Promise<void> {
    this.#isOver = true;
    // else Bull would connect it anew
    this.#internals.bclientInitialized = false;
    await this.#bull.pause(true, true);
  }

  /** Closes the connections that are ours. */
  async close(): Promise<void> {
    await this.pause();
    for (const stopListening of this.#listeners) stopListening();
    await Promise.all([end(this.#blocking), end(this.#subscriber)]);
    // last: only now nothing is under way that would set another timer
    await this.#bull.close(true);
  }

  #begin(): void {
    this.#listeners.push(watchSilence(this.#blocking, SILENCE_MS));
    for (const { client } of [this.#blocking, this.#subscriber]) {
      this.#listen(client, 'end', () => this.#end('the connection was closed'));
      this.#listen(client, 'ready', () => this.#noteReady());
    }
    this.#bull.on('error', (error) => this.#noteError(error));
    // names the connection, which has its name; its rejection Bull 4.16 leaves unhandled
    this.#internals.setWorkerName = async () => {};
    this.#bull
      .process(FETCH_LOOPS, (job) => this.#handle(job))
      .catch((error: unknown) => this.#end(error instanceof Error ? error.message : 'no connection'));
    this.#noteReady();
  }

  #handle(job: Bull.Job<JobBatch>): Promise<void> {
    // of a job whose content Redis lost, Bull would keep what is left for ever
    Object.assign(job.opts, REMOVED);
    return this.#events.onJob(job.data);
  }

  #listen(client: RedisClient, event: 'end' | 'ready', listener: () => void): void {
    client.on(event, listener);
    this.#listeners.push(() => void client.removeListener(event, listener));
  }

  #noteReady(): void {
    const isReady = [this.#blocking, this.#subscriber].every(({ client }) => client.status === 'ready');
    if (isReady && !this.#isOver) this.#events.onReady();
  }

  #noteError(error: Error | undefined): void {
    if (error?.name !== 'ReplyError' || this.#isOver) return;
    this.#events.onRefusal(error.message);
    if (BECAME_REPLICA.test(error.message)) this.#end(error.message);
  }

  #end(problem: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.onEnd(problem);
  }
}

/** Bull notes the connection as in use when it asks for it first: better now than after the end. */
function askForBlocking(bull: BullInternals): BullInternals {
  void bull.bclient;
  return bull;
}
