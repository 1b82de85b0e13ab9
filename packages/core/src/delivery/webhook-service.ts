import { HooklineError, invalidField } from '../errors.js';
import { accountKey, buildEventRecord } from '../events/build-event.js';
import type { AnyRegistry } from '../events/event-types.js';
import type {
  AccountScope,
  ListOptions,
  NewWebhook,
  Webhook,
  WebhookChange,
  Webhooks,
} from '../hub-services.js';
import { owe } from '../listeners/webhook-listener.js';
import type { Clock } from '../ports/clock.js';
import type { IdGenerator } from '../ports/id-generator.js';
import type { Logger } from '../ports/logger.js';
import type { SnapshotRecord } from '../ports/snapshot-store.js';
import type { Store } from '../ports/store.js';
import type { RowSources } from '../rows/row-sources.js';
import { toPage, toScope } from '../scope.js';
import type { HandOver } from '../worker/hand-over.js';
import type { Waker } from '../worker/waker.js';
import type { UrlPolicy } from './guard-url.js';
import { validateWebhook } from './validate-webhook.js';
import type { WebhookRecord } from './webhook.js';
import type { SecretKeeper } from './webhook-secrets.js';

const TEST_EVENT = 'hookline.test';
const DEFAULT_OVERLAP_MS = 24 * 60 * 60 * 1_000;

export interface WebhookServiceDeps {
  readonly store: Store;
  readonly registry: AnyRegistry;
  readonly urlPolicy: UrlPolicy;
  readonly secrets: SecretKeeper;
  readonly handOver: HandOver;
  readonly rows: RowSources;
  readonly waker: Waker;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  readonly maxPayloadBytes: number;
  /** Resolves when the store may be asked. */
  readonly ready: () => Promise<void>;
  /** Resolves when what is handed over is worked on. */
  readonly start: () => Promise<void>;
}

/** `hub.webhooks`. */
export class WebhookService implements Webhooks {
  readonly #deps: WebhookServiceDeps;

  constructor(deps: WebhookServiceDeps) {
    this.#deps = deps;
  }

  async create(input: NewWebhook): Promise<{ readonly webhook: Webhook; readonly secret: string }> {
    const { store, secrets, clock, ids, waker } = this.#deps;
    this.#validate(input, ['url', 'subscriptions']);
    const now = clock.now();
    const secret = input.secret ?? secrets.generate();
    const record: WebhookRecord = {
      id: ids.next('wh'),
      accountId: accountKey(input.accountId),
      url: input.url,
      subscriptions: [...new Set(input.subscriptions)],
      description: input.description ?? null,
      active: input.active ?? true,
      secrets: secrets.first(secret, now),
      createdAt: now,
      updatedAt: now,
    };
    await this.#deps.ready();
    const snapshots = this.#snapshotsOf(record, input.snapshot);
    await store.webhooks.insert(record, snapshots);
    if (snapshots.length > 0) waker.wakeRelays();
    return { webhook: withoutSecrets(record), secret };
  }

  #snapshotsOf(
    { id: webhookId, accountId, createdAt }: WebhookRecord,
    models: readonly string[] = [],
  ): readonly SnapshotRecord[] {
    return [...new Set(models)].map((model) => ({
      ...{ id: this.#deps.ids.next('snp'), webhookId, accountId, model, createdAt },
      position: null,
      startedAt: null,
    }));
  }

  async get(id: string, scope: AccountScope = {}): Promise<Webhook | null> {
    await this.#deps.ready();
    const record = await this.#deps.store.webhooks.get(id, toScope(scope));
    return record && withoutSecrets(record);
  }

  async list(options: ListOptions = {}): Promise<readonly Webhook[]> {
    await this.#deps.ready();
    const records = await this.#deps.store.webhooks.list({ ...toScope(options), ...toPage(options) });
    return records.map(withoutSecrets);
  }

  async update(id: string, change: WebhookChange, scope: AccountScope = {}): Promise<Webhook> {
    this.#validate(change, []);
    refuseFixed(change);
    await this.#deps.ready();
    const { url, subscriptions, description, active } = change;
    const record = await this.#deps.store.webhooks.update(id, toScope(scope), {
      ...(url !== undefined && { url }),
      ...(subscriptions !== undefined && { subscriptions: [...new Set(subscriptions)] }),
      ...(description !== undefined && { description }),
      ...(active !== undefined && { active }),
      updatedAt: this.#deps.clock.now(),
    });
    return withoutSecrets(found(record, id));
  }

  async delete(id: string, scope: AccountScope = {}): Promise<void> {
    await this.#deps.ready();
    const isDeleted = await this.#deps.store.webhooks.delete(id, toScope(scope));
    if (!isDeleted) throw notFound(id);
  }

  async revealSecrets(id: string, scope: AccountScope = {}): Promise<readonly string[]> {
    const record = await this.#find(id, scope);
    return this.#deps.secrets.reveal(record, this.#deps.clock.now());
  }

  async rotateSecret(
    id: string,
    options: AccountScope & { readonly overlapMs?: number } = {},
  ): Promise<string> {
    const { secrets, clock } = this.#deps;
    const overlapMs = checkOverlap(options.overlapMs ?? DEFAULT_OVERLAP_MS);
    const secret = secrets.generate();
    for (;;) {
      const before = await this.#find(id, options);
      const now = clock.now();
      const rotated = secrets.rotate(before.secrets, secret, { now, overlapMs });
      if (await this.#replaceSecrets(before, rotated, now)) return secret;
    }
  }

  /** False where somebody else rotated meanwhile: a secret that was given out must not get lost. */
  async #replaceSecrets(
    before: WebhookRecord,
    secrets: WebhookRecord['secrets'],
    now: number,
  ): Promise<boolean> {
    const { id, secrets: expected } = before;
    const patch = { secrets, updatedAt: now };
    return (await this.#deps.store.webhooks.update(id, {}, patch, { secrets: expected })) !== null;
  }

  async test(id: string, scope: AccountScope = {}) {
    const { store, clock, ids, handOver, maxPayloadBytes } = this.#deps;
    await this.#deps.start();
    const webhook = await this.#find(id, scope);
    const now = clock.now();
    const event = buildEventRecord({
      id: ids.next('evt'),
      type: TEST_EVENT,
      visibility: 'internal',
      timestamp: now,
      account: webhook.accountId,
      dataJson: JSON.stringify({ webhookId: id, message: 'This is a test event.' }),
      maxPayloadBytes,
    });
    const delivery = owe(event, id, now);
    await store.events.insert([event], { leasedUntil: now + 60_000 });
    await store.events.settle({
      eventIds: [event.id],
      deliveries: [{ ...delivery, lease: null }],
      runs: [],
      leasedUntil: 0,
      webhookVersion: null,
    });
    handOver([{ kind: 'delivery', id: delivery.id }]);
    return delivery;
  }

  async #find(id: string, scope: AccountScope): Promise<WebhookRecord> {
    await this.#deps.ready();
    return found(await this.#deps.store.webhooks.get(id, toScope(scope)), id);
  }

  #validate(input: object, required: readonly string[]): void {
    const { registry, urlPolicy, logger, secrets, rows } = this.#deps;
    validateWebhook(input, { required, registry, urlPolicy, rows, assertSecret: secrets.assertUsable });
    const { subscriptions = [] } = input as { subscriptions?: readonly string[] };
    for (const type of subscriptions) {
      const replacement = registry.replacementOf(type);
      if (replacement) logger.warn({ type, replacement }, 'a webhook subscribes to a deprecated event type');
    }
  }
}

/** A webhook as it may be shown: its secrets left out. */
export function withoutSecrets({ secrets: _, ...webhook }: WebhookRecord): Webhook {
  return webhook;
}

/** A webhook keeps its account, its secrets are changed by rotation, and it is told of rows when it is new. */
function refuseFixed(change: object): void {
  const fixed = ['secret', 'accountId', 'snapshot'].find((name) => name in change);
  if (fixed === undefined) return;
  throw invalidField(fixed, fixed === 'secret' ? 'is changed by rotating it' : 'cannot be changed');
}

function found(record: WebhookRecord | null, id: string): WebhookRecord {
  if (record === null) throw notFound(id);
  return record;
}

function notFound(id: string): HooklineError {
  return new HooklineError('NOT_FOUND', { kind: 'webhook', id });
}

function checkOverlap(overlapMs: number): number {
  const maxMs = 7 * DEFAULT_OVERLAP_MS;
  if (Number.isInteger(overlapMs) && overlapMs >= 0 && overlapMs <= maxMs) return overlapMs;
  throw invalidField('overlapMs', `expected whole milliseconds from 0 to ${maxMs} (7 days)`);
}
