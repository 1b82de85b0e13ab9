import { HooklineError } from '../errors.js';
import type { AccountScope, Deliveries, ListOptions } from '../hub-services.js';
import type { Clock } from '../ports/clock.js';
import type { DeliveryQuery, DeliveryStore, WebhookStore } from '../ports/store.js';
import { toPage, toScope } from '../scope.js';
import type { HandOver } from '../worker/hand-over.js';
import type { AttemptRecord } from './attempt.js';
import type { DeliveryRecord } from './delivery.js';

export interface DeliveryServiceDeps {
  readonly deliveries: DeliveryStore;
  readonly webhooks: WebhookStore;
  readonly handOver: HandOver;
  readonly clock: Clock;
  /** Resolves when the store may be asked. */
  readonly ready: () => Promise<void>;
  /** Resolves when what is handed over is worked on. */
  readonly start: () => Promise<void>;
}

type Filters = Pick<DeliveryQuery, 'state' | 'webhookId' | 'eventId' | 'eventType'>;

/** `hub.deliveries`. */
export class DeliveryService implements Deliveries {
  readonly #deps: DeliveryServiceDeps;

  constructor(deps: DeliveryServiceDeps) {
    this.#deps = deps;
  }

  async get(id: string, scope: AccountScope = {}): Promise<DeliveryRecord | null> {
    await this.#deps.ready();
    return this.#deps.deliveries.get(id, toScope(scope));
  }

  async list(options: ListOptions & Filters = {}): Promise<readonly DeliveryRecord[]> {
    await this.#deps.ready();
    const { accountId: _, ...filters } = options;
    return this.#deps.deliveries.list({ ...filters, ...toScope(options), ...toPage(options) });
  }

  async attempts(id: string, scope: AccountScope = {}): Promise<readonly AttemptRecord[]> {
    const delivery = await this.get(id, scope);
    return delivery ? this.#deps.deliveries.attempts(id) : [];
  }

  async redeliver(id: string, scope: AccountScope = {}): Promise<DeliveryRecord> {
    await this.#deps.start();
    await this.#refuseWithoutWebhook(id, scope);
    const delivery = await this.#deps.deliveries.redeliver(id, toScope(scope), this.#deps.clock.now());
    if (!delivery) throw new HooklineError('NOT_FOUND', { kind: 'delivery', id });
    this.#deps.handOver([{ kind: 'delivery', id }]);
    return delivery;
  }

  /** Such a delivery would only be cancelled. */
  async #refuseWithoutWebhook(id: string, scope: AccountScope): Promise<void> {
    const delivery = await this.get(id, scope);
    if (!delivery) return;
    const webhook = await this.#deps.webhooks.get(delivery.webhookId, {});
    if (webhook?.active) return;
    throw new HooklineError('WEBHOOK_INACTIVE', {
      id: delivery.webhookId,
      state: webhook ? 'inactive' : 'deleted',
    });
  }
}
