import { errorFields, HooklineError } from './errors.js';
import type { StartOptions } from './hub.js';
import type { HubParts } from './hub-parts.js';

const DEFAULT_CLOSE_MS = 10_000;
const RELEASE_MS = 1_000;
const START_RETRY_MS = 1_000;
const KEEP_ALIVE_MS = 3_600_000;

/** Starts, drains and closes the parts of a hub, each once. */
export class LifeCycle {
  readonly #parts: HubParts;
  #started: Promise<void> | null = null;
  #opened: Promise<void> | null = null;
  #closed: Promise<void> | null = null;
  #isRetrying = false;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(parts: HubParts) {
    this.#parts = parts;
  }

  get isClosed(): boolean {
    return this.#closed !== null;
  }

  start(options: StartOptions = {}): Promise<void> {
    if (this.#closed) return Promise.reject(new HooklineError('HUB_CLOSED'));
    try {
      if (options.roles) this.#parts.roles.choose(options.roles);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#started ??= this.#startWork().catch((error) => {
      this.#started = null;
      this.#retryLater();
      throw error;
    });
    return this.#started;
  }

  startInBackground(): void {
    this.start().catch((error) =>
      this.#parts.logger.error(errorFields(error), 'the hub could not start: it tries again'),
    );
  }

  /** What is committed must go out, also where the store was away when the hub was to start. */
  #retryLater(): void {
    if (this.#isRetrying || this.#closed) return;
    this.#isRetrying = true;
    this.#parts.clock.after(START_RETRY_MS, () => {
      this.#isRetrying = false;
      if (!this.#closed) this.startInBackground();
    });
  }

  async drain(): Promise<void> {
    const { relay, sweeper, worker } = this.#parts;
    await this.start();
    for (let found = 1; found > 0; ) {
      await relay.idle();
      await worker.idle();
      found = await sweeper.sweep();
      await relay.idle();
      await worker.idle();
    }
  }

  close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#shutDown(options.timeoutMs ?? DEFAULT_CLOSE_MS);
    return this.#closed;
  }

  /** The store alone: looking into it begins no work, so listeners may still be added. */
  openStore(): Promise<void> {
    if (this.#closed) return Promise.reject(new HooklineError('HUB_CLOSED'));
    this.#opened ??= this.#parts.store.open().catch((error) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async #startWork(): Promise<void> {
    const { store, queue, roles, waker, sweeper, leaseKeeper, retention, worker, logger } = this.#parts;
    await this.openStore();
    if (this.#closed) throw new HooklineError('HUB_CLOSED');
    roles.fix();
    if (roles.isWorkOnly) this.#keepAlive = setInterval(() => {}, KEEP_ALIVE_MS);
    if (roles.has('worker')) worker.start();
    if (roles.has('relay') || roles.has('worker')) {
      sweeper.start();
      waker.start(() => sweeper.wake());
      sweeper.wake();
      retention.start();
    }
    leaseKeeper.start();
    const fields = { store: store.name, durable: store.durable, queue: queue.name, roles: roles.list };
    logger.info(fields, 'hub started');
    if (!store.durable)
      logger.warn({ store: store.name }, 'events and webhooks are kept in memory: they end with the process');
  }

  /** Nothing new is begun from the first moment on; what is in hand has until the deadline, then it is given back. */
  async #shutDown(timeoutMs: number): Promise<void> {
    const { relay, sweeper, worker, queue, waker, retention, http } = this.#parts;
    const isStarted = this.#started !== null;
    relay.stop();
    const stopped = [queue.close(), waker.stop(), retention.stop()].map((part) => part.catch(this.#report));
    const finished = Promise.all([...stopped, sweeper.stop(), worker.stop(), relay.idle()]);
    try {
      if (isStarted) await withinTime(timeoutMs, finished);
      await withinTime(RELEASE_MS, this.#giveBack());
    } catch (error) {
      this.#parts.logger.error(errorFields(error), 'claims were not given back: they end by themselves');
    } finally {
      await http.close();
      clearInterval(this.#keepAlive);
    }
    this.#parts.logger.info({}, 'hub closed');
  }

  async #giveBack(): Promise<void> {
    const { relay, leaseKeeper, deliveryClaims, runClaims } = this.#parts;
    await leaseKeeper.stop();
    await Promise.all([relay.releaseAll(), deliveryClaims.releaseAll(), runClaims.releaseAll()]);
  }

  readonly #report = (error: unknown): void => {
    this.#parts.logger.warn(errorFields(error), 'a part of the hub was not closed well');
  };
}

/** In real time, whatever clock the hub runs on: a shutdown has a deadline in the world outside. */
async function withinTime(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  try {
    await Promise.race([work, elapsed]);
  } finally {
    clearTimeout(timer);
  }
}
