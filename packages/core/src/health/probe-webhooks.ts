import { type Answer, judgeReply } from '../delivery/judge-reply.js';
import type { MakeRequestDeps } from '../delivery/make-request.js';
import { oweDelivery } from '../delivery/owe-delivery.js';
import { post } from '../delivery/post-request.js';
import { testEvent } from '../delivery/test-event.js';
import type { WebhookRecord } from '../delivery/webhook.js';
import { errorFields } from '../errors.js';
import type { Announce } from '../events/operational-events.js';
import type { Clock } from '../ports/clock.js';
import type { HealthStore } from '../ports/health-store.js';
import type { HttpClient } from '../ports/http-client.js';
import type { IdGenerator } from '../ports/id-generator.js';
import type { Logger } from '../ports/logger.js';
import type { WebhookStore } from '../ports/store.js';
import type { Waker } from '../worker/waker.js';
import type { HealthPolicy } from './health-policy.js';

const LOOK_EVERY_MS = 60_000;
const MAX_PROBES = 20;

export interface ProberDeps extends MakeRequestDeps {
  readonly health: HealthStore;
  readonly webhooks: WebhookStore;
  readonly announce: Announce;
  readonly waker: Pick<Waker, 'wakeRelays'>;
  readonly http: HttpClient;
  readonly policy: HealthPolicy;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
}

/** Asks receivers of webhooks that were disabled for failing, now and then, whether they answer again. */
export class Prober {
  readonly #deps: ProberDeps;
  #cancelTimer: (() => void) | null = null;
  #current: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(deps: ProberDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#cancelTimer = this.#deps.clock.after(LOOK_EVERY_MS, () => {
      this.#current = this.#current.then(() => this.probeDue());
      if (!this.#isStopped) this.start();
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    await this.#current;
  }

  /** Never rejects. */
  async probeDue(): Promise<void> {
    const { health, clock, policy, logger } = this.#deps;
    try {
      const now = clock.now();
      const request = { now, limit: MAX_PROBES, nextProbeAt: now + policy.probeEveryMs };
      for (let count = MAX_PROBES; count === MAX_PROBES && !this.#isStopped; ) {
        const due = await health.claimProbes(request);
        await Promise.all(due.map(({ webhookId }) => this.#probeSurely(webhookId)));
        count = due.length;
      }
    } catch (error) {
      logger.warn(errorFields(error), 'disabled webhooks were not probed: it is tried again');
    }
  }

  async #probeSurely(webhookId: string): Promise<void> {
    try {
      await this.#probe(webhookId);
    } catch (error) {
      const fields = { webhookId, ...errorFields(error) };
      this.#deps.logger.warn(fields, 'a disabled webhook could not be probed: it is tried again');
    }
  }

  /** A signed `hookline.test` that nobody keeps. */
  async #probe(webhookId: string): Promise<void> {
    const { webhooks, health, logger, clock } = this.#deps;
    const webhook = await webhooks.get(webhookId, {});
    if (webhook?.disabled?.reason !== 'failing') return void (await health.clear([webhookId]));
    const reply = await this.#ask(webhook);
    if (reply === null) return;
    const verdict = judgeReply(reply, clock.now());
    logger.info({ webhookId, verdict: verdict.kind }, 'disabled webhook probed');
    if (verdict.kind === 'succeeded') return this.#enable(webhook);
    if (verdict.kind !== 'give-up' || !verdict.isGone) return;
    const now = clock.now();
    const patch = { disabled: { reason: 'gone', at: now }, updatedAt: now } as const;
    await webhooks.update(webhookId, {}, patch, { url: webhook.url, active: false });
    await health.clear([webhookId]);
  }

  /** Null where the prober was stopped meanwhile. */
  async #ask(webhook: WebhookRecord): Promise<Answer | null> {
    const { clock, ids } = this.#deps;
    const now = clock.now();
    const event = testEvent(webhook, ids.next('evt', now), now);
    const delivery = oweDelivery(event, { ...webhook, active: true, paused: false, settings: {} }, now);
    const work = { delivery, payload: event.payload, headers: null, depth: 0, order: null, webhook };
    const composed = {
      kind: 'composed',
      body: Buffer.from(event.payload),
      contentType: 'application/json',
    } as const;
    const claims = { isHeld: () => !this.#isStopped };
    return post({ ...this.#deps, claims }, work, { webhook, composed, now });
  }

  async #enable({ id, url, accountId }: WebhookRecord): Promise<void> {
    const { webhooks, health, announce, waker, clock } = this.#deps;
    const now = clock.now();
    const patch = { active: true, disabled: null, updatedAt: now } as const;
    const event = announce({
      type: 'hookline.webhook.enabled',
      data: { webhook: { id, url }, by: 'probe' },
      accountId,
    });
    if ((await webhooks.update(id, {}, patch, { url, active: false }, [event])) === null) return;
    waker.wakeRelays();
    await health.clear([id]);
  }
}
