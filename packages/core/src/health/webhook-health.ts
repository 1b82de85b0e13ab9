import { isReceivers } from '../delivery/attempt.js';
import type { AttemptFollower, Followed } from '../delivery/follow-attempt.js';
import type { WebhookRecord } from '../delivery/webhook.js';
import { errorFields } from '../errors.js';
import type { Announce } from '../events/operational-events.js';
import type { Clock } from '../ports/clock.js';
import type { Failures, HealthRecord, HealthStore } from '../ports/health-store.js';
import type { Logger } from '../ports/logger.js';
import type { WebhookStore } from '../ports/store.js';
import type { Waker } from '../worker/waker.js';
import { disableWebhook } from './disable-webhook.js';
import type { HealthPolicy } from './health-policy.js';
import { judgeHealth } from './judge-health.js';

/** Failures are gathered so long: many of them, of all webhooks, make one write. */
const GATHERS_MS = 1_000;

export interface WebhookHealthDeps {
  readonly health: HealthStore;
  readonly webhooks: WebhookStore;
  readonly announce: Announce;
  readonly waker: Pick<Waker, 'wakeRelays'>;
  readonly policy: HealthPolicy;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Keeps in the store which webhooks do nothing but fail, since when and how often, warns of them and disables them in the
 * end. A success costs nothing but for a webhook that this process has seen fail. That another process had none is asked
 * of the store before anything is done.
 */
export class WebhookHealth implements AttemptFollower {
  readonly #deps: WebhookHealthDeps;
  #gathered = new Map<string, Failures>();
  readonly #failing = new Set<string>();
  #cancelTimer: (() => void) | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(deps: WebhookHealthDeps) {
    this.#deps = deps;
  }

  followed({ webhook: { id }, result, verdict }: Followed): Promise<void> | undefined {
    if (verdict.kind === 'succeeded') return this.#failing.delete(id) ? this.#clear(id) : undefined;
    if (!isReceivers(verdict.reason)) return undefined;
    const since = result.attempt === null ? this.#deps.clock.now() : result.attempt.startedAt;
    const before = this.#gathered.get(id);
    this.#gathered.set(id, { webhookId: id, count: (before?.count ?? 0) + 1, since: before?.since ?? since });
    this.#failing.add(id);
    this.#cancelTimer ??= this.#deps.clock.after(GATHERS_MS, () => void this.flush());
    return undefined;
  }

  /** Writes down what is gathered, and does what is to be done about it. Never rejects. */
  flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const failures = [...this.#gathered.values()];
    this.#gathered = new Map();
    if (failures.length === 0) return;
    try {
      for (const record of await this.#deps.health.addFailures(failures)) await this.#judge(record);
    } catch (error) {
      this.#deps.logger.warn(errorFields(error), 'failures of webhooks were not counted');
    }
  }

  async #judge(record: HealthRecord): Promise<void> {
    const { health, webhooks, policy, clock } = this.#deps;
    const verdict = judgeHealth(record, policy, clock.now());
    if (verdict.kind === 'fine') return;
    const { webhookId, failingSince } = record;
    if (await health.hasDeliveredSince(webhookId, failingSince)) return this.#clear(webhookId);
    const webhook = await webhooks.get(webhookId, {});
    if (!webhook?.active) return;
    if (verdict.kind === 'disable') await disableWebhook(this.#deps, webhook, 'failing');
    else await this.#warn(webhook, record, verdict.percent);
  }

  async #warn(webhook: WebhookRecord, record: HealthRecord, percent: number): Promise<void> {
    const { announce, health, waker, logger } = this.#deps;
    const { id, url, accountId } = webhook;
    const { failingSince, failureCount } = record;
    const event = announce({
      type: 'hookline.webhook.failing',
      data: { webhook: { id, url }, percent, failingSince, failureCount },
      accountId,
    });
    if (!(await health.raiseWarned(id, percent, event))) return;
    logger.warn(
      { webhookId: id, percent, failureCount },
      'webhook does nothing but fail: it will be disabled',
    );
    waker.wakeRelays();
  }

  async #clear(webhookId: string): Promise<void> {
    const gathered = this.#gathered.delete(webhookId);
    try {
      await this.#writing;
      await this.#deps.health.clear([webhookId]);
    } catch (error) {
      if (!gathered) this.#failing.add(webhookId);
      this.#deps.logger.warn(
        { webhookId, ...errorFields(error) },
        'that a webhook works again was not noted',
      );
    }
  }
}
