import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedPostgres } from '../../examples/support/embedded-postgres.ts';
import type { RedisServer } from '../../examples/support/redis-server.ts';
import type { Database } from './database.ts';
import type { Evidence } from './judge.ts';
import { Program } from './program.ts';
import type {
  HubConfig,
  HubOrder,
  InboundConfig,
  InboundOrder,
  ReceiverCount,
  ReceiverOrder,
  Reception,
  Via,
  WriterConfig,
  WriterOrder,
} from './programs/messages.ts';
import type { Setting } from './scenario.ts';

const POLL_MS = 100;
const SWEEP_MS = 1_000;
/** Everything must have arrived this long after the fault. */
const PATIENCE_MS = 60_000;

const DEFAULTS = {
  leaseMs: 3_000,
  concurrency: 50,
  timeoutMs: 10_000,
  retry: Array.from({ length: 60 }, () => 1_000),
};

export type Roles = HubConfig['roles'];
export type HubProgram = Program<HubOrder>;
export type Writer = Program<WriterOrder>;
export type InboundProgram = Program<InboundOrder>;

export interface Props {
  readonly database: Database;
  readonly postgres: EmbeddedPostgres;
  readonly redis: RedisServer | null;
  readonly receiver: Program<ReceiverOrder>;
  readonly setting: Setting;
}

export interface WriterOptions {
  /** Default: `web` alone. */
  readonly roles?: Roles;
  /** Without Redis, whatever the others have: a process that only dispatches has no use for it. Default false. */
  readonly isQueueless?: boolean;
}

/** Where a scenario plays: its servers, the receiver, and the processes that it starts, all of its own. */
export class Stage {
  readonly #props: Props;
  readonly #programs: Program<never>[] = [];
  readonly #webhookIds: string[] = [];
  #webhooks: readonly string[] = [];

  constructor(props: Props) {
    this.#props = props;
  }

  get postgres(): EmbeddedPostgres {
    return this.#props.postgres;
  }

  get redis(): RedisServer {
    if (!this.#props.redis) throw new Error('The scenario asks for a Redis that its setting does not have.');
    return this.#props.redis;
  }

  get hubConfig(): Omit<HubConfig, 'roles'> {
    const { database, redis, setting } = this.#props;
    const redisUrl = redis ? { redisUrl: redis.url } : {};
    return { databaseUrl: database.url, ...redisUrl, ...DEFAULTS, ...setting.hub };
  }

  /** Registers the webhooks, one path of the receiver each, and shows the receiver their secrets. */
  async prepare(): Promise<void> {
    const { database, receiver, setting } = this.#props;
    const url = await receiver.ask<string>({ kind: 'trust', secrets: {} });
    this.#webhooks = Array.from({ length: setting.webhooks ?? 2 }, (_, index) => `/webhook-${index + 1}`);
    for (const path of this.#webhooks) {
      const { id, secret } = await database.addWebhook(`${url}${path}`, setting.webhook ?? {});
      this.#webhookIds.push(id);
      await receiver.ask({ kind: 'trust', secrets: { [path]: secret } });
    }
  }

  startHub(roles: Roles, overrides: Partial<HubConfig> = {}): Promise<HubProgram> {
    const config: HubConfig = { ...this.hubConfig, roles, ...overrides };
    return this.#start(roles.join(' + '), 'hub-process', config);
  }

  startWriter(via: Via, { roles = ['web'], isQueueless = false }: WriterOptions = {}): Promise<Writer> {
    const { redisUrl, ...config } = this.hubConfig;
    const queue = redisUrl === undefined || isQueueless ? {} : { redisUrl };
    return this.#start('writer', 'writer', { ...config, ...queue, roles, via } satisfies WriterConfig);
  }

  /** A whole app that takes a sender's requests in as well, signed with this secret. */
  startInbound(secret: string): Promise<InboundProgram> {
    const config: InboundConfig = { ...this.hubConfig, roles: ['web', 'relay', 'worker'], secret };
    return this.#start('inbound', 'inbound-process', config);
  }

  /** All webhooks: what they are owed is held, or let go. */
  async pauseWebhooks(isPaused: boolean): Promise<void> {
    for (const id of this.#webhookIds) await this.#props.database.pauseWebhook(id, isPaused);
  }

  tellReceiver(order: ReceiverOrder): Promise<unknown> {
    return this.#props.receiver.ask(order);
  }

  count(): Promise<ReceiverCount> {
    return this.#props.receiver.ask<ReceiverCount>({ kind: 'count' });
  }

  async countCommitted(): Promise<number> {
    return (await this.references()).length;
  }

  /** Of the rows that are committed now. */
  async references(): Promise<readonly string[]> {
    return (await this.#props.database.committed()).map(({ reference }) => reference);
  }

  /** Polls the receiver until it is so. Rejects after a minute: the scenario cannot go on then. */
  async until(what: string, isSo: (count: ReceiverCount) => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const count = await this.count();
      if (isSo(count)) return;
      if (Date.now() > deadline) throw new Error(`never came to be: ${what}; ${JSON.stringify(count)}`);
      await sleep(POLL_MS);
    }
  }

  /** Until so many deliveries more than now have been received: however fast this machine is, there was some life. */
  async receives(more: number): Promise<void> {
    const { distinct: before } = await this.count();
    await this.until(`${more} more deliveries`, ({ distinct }) => distinct >= before + more);
  }

  /**
   * Waits until the receiver has all it is owed, or patience ends; then until nothing can come any more, as a lease
   * that was left behind has ended and a sweep has passed. Answers what is to be seen at both ends.
   */
  async settle(): Promise<Evidence> {
    const { database, receiver } = this.#props;
    const committed = await database.committed();
    const owed = committed.length * this.#webhooks.length;
    await this.until('everything received', ({ distinct }) => distinct >= owed).catch(() => {});
    const quietMs = this.hubConfig.leaseMs + 2 * SWEEP_MS;
    const settledAt = Date.now();
    await this.until('quiet', ({ lastAt }) => Date.now() - Math.max(lastAt, settledAt) > quietMs).catch(
      () => {},
    );
    const { refused } = await this.count();
    return {
      committed,
      webhooks: this.#webhooks,
      received: await receiver.ask<readonly Reception[]>({ kind: 'report' }),
      refused,
      storedEvents: await database.storedEvents(),
    };
  }

  /** What the processes wrote last: to be read where a scenario failed. */
  get logs(): string {
    const logs = this.#programs.filter(({ log }) => log).map(({ title, log }) => `[${title}]\n${log}`);
    return logs.join('\n');
  }

  unfinished(): Promise<readonly string[]> {
    return this.#props.database.unfinished();
  }

  async close(): Promise<void> {
    const programs = [...this.#programs, this.#props.receiver];
    await Promise.all(programs.filter(({ isAlive }) => isAlive).map((program) => program.kill()));
  }

  async #start<Order>(title: string, file: string, config: object): Promise<Program<Order>> {
    const program = await Program.start<Order>(`${title} ${this.#programs.length + 1}`, file, config);
    this.#programs.push(program);
    return program;
  }
}
