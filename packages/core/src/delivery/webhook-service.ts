import { HooklineError, invalidField } from '../errors.js';
import type { AnyRegistry } from '../events/event-types.js';
import type { Announce } from '../events/operational-events.js';
import type {
  AccountScope,
  FilterTest,
  ListOptions,
  NewWebhook,
  RotationOptions,
  Webhook,
  WebhookChange,
  Webhooks,
} from '../hub-services.js';
import type { Clock } from '../ports/clock.js';
import type { IdGenerator } from '../ports/id-generator.js';
import type { Logger } from '../ports/logger.js';
import type { SnapshotRecord } from '../ports/snapshot-store.js';
import type { Store, WebhookExpectation } from '../ports/store.js';
import type { RowSources } from '../rows/row-sources.js';
import { toPage, toScope } from '../scope.js';
import type { HandOver } from '../worker/hand-over.js';
import type { Waker } from '../worker/waker.js';
import { filterProblem } from './check-filter.js';
import type { CredentialKeeper } from './credential-keeper.js';
import type { EventViews } from './event-views.js';
import { matchesFilter } from './filter.js';
import { reportChange } from './follow-change.js';
import type { UrlPolicy } from './guard-url.js';
import { oweDelivery } from './owe-delivery.js';
import { type RotationDeps, resealAll, rotateSecret } from './rotate-secret.js';
import { testEvent } from './test-event.js';
import { refuseFixed, validateWebhook, type WebhookRules } from './validate-webhook.js';
import type { WebhookRecord } from './webhook.js';
import { newWebhookRecord, shownWebhook, webhookPatch } from './webhook-input.js';
import type { SecretKeeper } from './webhook-secrets.js';

/** A test waits for nothing, and is made whatever state the webhook is in. */
const AT_ONCE = { active: true, paused: false, settings: {} } as const;
const ANEW = { settings: {}, target: { url: null, hasTls: false } } as const;

export interface WebhookServiceDeps {
  readonly store: Store;
  readonly registry: AnyRegistry;
  readonly urlPolicy: UrlPolicy;
  readonly secrets: SecretKeeper;
  readonly credentials: CredentialKeeper;
  /** The names of the hub's transforms. */
  readonly transforms: ReadonlySet<string>;
  readonly profiles: readonly string[];
  readonly eventViews: EventViews;
  readonly announce: Announce;
  /** Called when a webhook was changed by its owner. */
  readonly onChanged: (before: WebhookRecord, after: WebhookRecord) => Promise<void>;
  readonly handOver: HandOver;
  readonly rows: RowSources;
  readonly waker: Waker;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
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
    const { store, secrets, credentials, clock, ids, waker } = this.#deps;
    const secret = input.secret ?? secrets.generate(input.signature);
    // what is wrong with a given one is told of the secret itself
    const misfitOf: WebhookRules['misfitOf'] = (profile) =>
      input.secret === undefined ? secrets.problemOf(secret, profile) : null;
    this.#validate(input, ['url', 'subscriptions'], { ...ANEW, misfitOf });
    const now = clock.now();
    const birth = { id: ids.next('wh'), secrets: secrets.first(secret, now), now };
    const record = newWebhookRecord(input, birth, credentials);
    await this.#deps.ready();
    const snapshots = this.#snapshotsOf(record, input.snapshot);
    await store.webhooks.insert(record, snapshots);
    if (snapshots.length > 0) waker.wakeRelays();
    return { webhook: this.#shown(record), secret: secrets.shown(secret) };
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
    return record && this.#shown(record);
  }

  async list(options: ListOptions = {}): Promise<readonly Webhook[]> {
    await this.#deps.ready();
    const records = await this.#deps.store.webhooks.list({ ...toScope(options), ...toPage(options) });
    return records.map(this.#shown);
  }

  async update(id: string, change: WebhookChange, scope: AccountScope = {}): Promise<Webhook> {
    refuseFixed(change);
    const { store, clock, secrets, credentials, announce, waker } = this.#deps;
    for (;;) {
      const before = await this.#find(id, scope);
      const now = clock.now();
      const { settings, url } = before;
      const target = { url, hasTls: credentials.open(before.credentials).tls !== undefined };
      const misfitOf: WebhookRules['misfitOf'] = (profile) => secrets.misfitOf(before, profile, now);
      this.#validate(change, [], { settings, target, misfitOf });
      const patch = webhookPatch(before, change, now, credentials);
      const events = reportChange(announce, before, patch);
      const after = await store.webhooks.update(id, {}, patch, changeable(before), events);
      if (after === null) continue;
      if (events.length > 0) waker.wakeRelays();
      await this.#deps.onChanged(before, after);
      return this.#shown(after);
    }
  }

  pause(id: string, scope: AccountScope = {}): Promise<Webhook> {
    return this.update(id, { paused: true }, scope);
  }

  resume(id: string, scope: AccountScope = {}): Promise<Webhook> {
    return this.update(id, { paused: false }, scope);
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

  rotateSecret(id: string, options: AccountScope & RotationOptions = {}): Promise<string> {
    return rotateSecret(this.#rotation, () => this.#find(id, options), options);
  }

  async reseal(): Promise<number> {
    await this.#deps.ready();
    return resealAll(this.#rotation);
  }

  async testFilter(
    { filter, event, eventId }: FilterTest,
    scope: AccountScope = {},
  ): Promise<{ readonly matches: boolean }> {
    const problem = filterProblem(filter);
    if (problem !== null) throw invalidField('filter', problem);
    if (eventId === undefined && (typeof event !== 'object' || event === null))
      throw invalidField('event', 'expected an event as it is sent, or eventId');
    return {
      matches: matchesFilter(filter, eventId === undefined ? event : await this.#contentOf(eventId, scope)),
    };
  }

  /** For an account what it may see of the event, or a filter would tell the rest. */
  async #contentOf(id: string, scope: AccountScope): Promise<unknown> {
    await this.#deps.ready();
    const event = await this.#deps.store.events.get(id, toScope(scope));
    const content = event && (await this.#deps.eventViews.contentFor(event, scope));
    if (!content) throw new HooklineError('NOT_FOUND', { kind: 'event', id });
    return content;
  }

  async test(id: string, scope: AccountScope = {}) {
    const { store, clock, ids, handOver } = this.#deps;
    await this.#deps.start();
    const webhook = await this.#find(id, scope);
    const now = clock.now();
    const event = testEvent(webhook, ids.next('evt'), now);
    const delivery = oweDelivery(event, { ...webhook, ...AT_ONCE }, now);
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

  get #rotation(): RotationDeps {
    return { ...this.#deps, webhooks: this.#deps.store.webhooks };
  }

  readonly #shown = (record: WebhookRecord): Webhook => shownWebhook(record, this.#deps.credentials);

  async #find(id: string, scope: AccountScope): Promise<WebhookRecord> {
    await this.#deps.ready();
    return found(await this.#deps.store.webhooks.get(id, toScope(scope)), id);
  }

  #validate(
    input: object,
    required: readonly string[],
    before: Pick<WebhookRules, 'settings' | 'target' | 'misfitOf'>,
  ): void {
    const { registry, urlPolicy, logger, secrets, rows, transforms, profiles } = this.#deps;
    const { problemOf: secretProblem } = secrets;
    const hub = { registry, urlPolicy, rows, transforms, profiles };
    validateWebhook(input, { ...before, ...hub, required, secretProblem });
    const { subscriptions = [] } = input as { subscriptions?: readonly string[] };
    for (const type of subscriptions) {
      const replacement = registry.replacementOf(type);
      if (replacement) logger.warn({ type, replacement }, 'a webhook subscribes to a deprecated event type');
    }
  }
}

/** What somebody else may change meanwhile: of two changes at once neither undoes what the other did. */
function changeable(before: WebhookRecord): WebhookExpectation {
  const { settings, secrets, credentials, active, disabled, paused } = before;
  return { settings, secrets, credentials, active, disabled, paused };
}

function found(record: WebhookRecord | null, id: string): WebhookRecord {
  if (record === null) throw notFound(id);
  return record;
}

function notFound(id: string): HooklineError {
  return new HooklineError('NOT_FOUND', { kind: 'webhook', id });
}
