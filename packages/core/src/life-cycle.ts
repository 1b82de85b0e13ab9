import { withoutContext } from './context/context.js';
import { errorFields, HooklineError } from './errors.js';
import type { StartOptions } from './hub.js';
import type { HubParts } from './hub-parts.js';
import { Outage } from './outage.js';

/** Longer than an attempt takes by default. */
const DEFAULT_CLOSE_MS = 15_000;
/** The longest that a timer of Node takes. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const RELEASE_MS = 1_000;
const START_RETRY_MS = 1_000;
const KEEP_ALIVE_MS = 3_600_000;

/** Starts, drains and closes the parts of a hub, each once, in no context: what begins here outlives who asked for it. */
export class LifeCycle {
  readonly #parts: HubParts;
  readonly #outage: Outage;
  #started: Promise<void> | null = null;
  #opened: Promise<void> | null = null;
  #closed: Promise<void> | null = null;
  #isRetrying = false;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(parts: HubParts) {
    this.#parts = parts;
    this.#outage = new Outage(parts.logger, {
      out: 'the hub could not start: it tries again until it can',
      back: 'the hub could start after all',
    });
  }

  get isClosed(): boolean {
    return this.#closed !== null;
  }

  start(options: StartOptions = {}): Promise<void> {
    if (this.#closed) return Promise.reject(new HooklineError('HUB_CLOSED'));
    try {
      if (options.roles !== undefined) this.#parts.roles.choose(options.roles);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#fixRolesSoon();
    this.#started ??= withoutContext(() => this.#startOrRetry());
    return this.#started;
  }

  /**
   * What is mounted starts the hub, and roles may still be chosen in the same turn, but not after any waiting:
   * otherwise it would depend on how long something takes.
   */
  #fixRolesSoon(): void {
    if (!this.#started) setImmediate(() => this.#parts.roles.fix());
  }

  startInBackground(): void {
    this.start().then(
      () => this.#outage.end(),
      (error) => this.#outage.begin(error),
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

  drain(): Promise<void> {
    return withoutContext(() => this.#drain());
  }

  async #drain(): Promise<void> {
    const { inHand, promoters, sweeper, workers } = this.#parts;
    const idle = async () => {
      await inHand.idle();
      await Promise.all([promoters.delivery.idle(), promoters.run.idle()]);
      await workers.idle();
    };
    await this.start();
    await idle();
    while ((await sweeper.sweep()) + (await this.#pullFeeds()) > 0) await idle();
    await idle();
  }

  /** A process that does not relay leaves them to others. */
  async #pullFeeds(): Promise<number> {
    const { roles, feeds } = this.#parts;
    return roles.has('relay') ? feeds.pull() : 0;
  }

  close(options?: { readonly timeoutMs?: number }): Promise<void> {
    this.#closed ??= withoutContext(() => this.#shutDown(toTimeoutMs(options?.timeoutMs)));
    return this.#closed;
  }

  /** The store alone: looking into it begins no work, so listeners may still be added. */
  openStore(): Promise<void> {
    if (this.#closed) return Promise.reject(new HooklineError('HUB_CLOSED'));
    this.#opened ??= withoutContext(() => this.#parts.store.open()).catch((error) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async #startOrRetry(): Promise<void> {
    try {
      await this.#startWork();
    } catch (error) {
      this.#started = null;
      this.#retryLater();
      throw error;
    }
  }

  async #startWork(): Promise<void> {
    const { store, queue, roles, leaseKeeper, rows, quarantine, logger } = this.#parts;
    if (roles.isWorkOnly) this.#keepAlive ??= setInterval(() => {}, KEEP_ALIVE_MS);
    await this.openStore();
    if (this.#closed) throw new HooklineError('HUB_CLOSED');
    roles.fix();
    leaseKeeper.start();
    await quarantine.check(() => this.#beginWork());
    const fields = { store: store.name, durable: store.durable, queue: queue.name, roles: roles.list };
    logger.info(fields, 'hub started');
    rows.warnOfUnseen(logger);
    if (!store.durable)
      logger.warn({ store: store.name }, 'events and webhooks are kept in memory: they end with the process');
  }

  /** Of what lies in the store: at once, or when a quarantine is over. */
  #beginWork(): void {
    if (this.#closed) return;
    const { queue, roles, waker, sweeper, retention, workers, prober } = this.#parts;
    if (roles.has('worker')) {
      workers.start(queue);
      prober?.start();
    }
    if (roles.has('relay') || roles.has('worker')) {
      sweeper.start();
      // what wakes it may be a request, and what it finds is of anybody
      waker.start(() => withoutContext(() => sweeper.wake()));
      sweeper.wake();
      retention.start();
    }
  }

  /** Nothing new is begun from the first moment on; what is in hand has until the deadline, then it is given back. */
  async #shutDown(timeoutMs: number): Promise<void> {
    const { http, logger } = this.#parts;
    const isStarted = this.#started !== null;
    const finished = this.#finish();
    try {
      if (isStarted) await withinTime(timeoutMs, finished);
      await withinTime(RELEASE_MS, this.#giveBack());
    } catch (error) {
      logger.error(errorFields(error), 'claims were not given back: they end by themselves');
    } finally {
      await http.close();
      clearInterval(this.#keepAlive);
    }
    logger.info({}, 'hub closed');
  }

  async #finish(): Promise<void> {
    const { relay, feeds, inHand, sweeper, workers, queue, waker, retention, health, prober, quarantine } =
      this.#parts;
    const { rejections } = this.#parts;
    relay.stop();
    quarantine.stop();
    const stopped = [feeds.stop(), queue.close(), waker.stop(), retention.stop(), workers.stop()];
    await Promise.all([...stopped, prober?.stop()].map((part) => part?.catch(this.#report)));
    await Promise.all([health?.flush(), rejections.stop()]);
    // last: what a sweep had just claimed is in hand only now
    await sweeper.stop();
    await inHand.idle();
  }

  async #giveBack(): Promise<void> {
    const { store, inHand, leaseKeeper, deliveryClaims, runClaims } = this.#parts;
    await leaseKeeper.stop();
    await Promise.all([deliveryClaims.releaseAll(), runClaims.releaseAll()]);
    const { leasedIds } = inHand;
    if (leasedIds.length > 0) await store.events.release(leasedIds, { isHeard: false });
  }

  readonly #report = (error: unknown): void => {
    this.#parts.logger.warn(errorFields(error), 'a part of the hub was not closed well');
  };
}

/** What is no time is taken for the default: closing never rejects. */
function toTimeoutMs(value: number | undefined): number {
  const isTime = typeof value === 'number' && value >= 0;
  return isTime ? Math.min(value, MAX_TIMEOUT_MS) : DEFAULT_CLOSE_MS;
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
