import { consoleLogger } from './adapters/console-logger.js';
import { inProcessQueue } from './adapters/in-process-queue.js';
import { memoryStore } from './adapters/memory-store.js';
import { randomIdGenerator } from './adapters/random-id-generator.js';
import { systemClock } from './adapters/system-clock.js';
import { resolveProxy } from './adapters/undici/forward-proxy.js';
import { undiciHttpClient } from './adapters/undici-http-client.js';
import { credentialKeeper } from './delivery/credential-keeper.js';
import { EventViews } from './delivery/event-views.js';
import { followChange } from './delivery/follow-change.js';
import { urlPolicy } from './delivery/guard-url.js';
import { WebhookCache } from './delivery/webhook-cache.js';
import { shownWebhook } from './delivery/webhook-input.js';
import { secretKeeper } from './delivery/webhook-secrets.js';
import { errorFields, HooklineError } from './errors.js';
import type { AnyRegistry } from './events/event-types.js';
import { announcer } from './events/operational-events.js';
import type { HubParts } from './hub-parts.js';
import { ListenerRegistry } from './listeners/listener-registry.js';
import { WebhookListener } from './listeners/webhook-listener.js';
import { type HubOptions, resolveLimits } from './options.js';
import type { Store } from './ports/store.js';
import { Quarantine, UNNAMED } from './quarantine/quarantine.js';
import { Roles } from './roles.js';
import { createSecretBox } from './signing/secret-box.js';
import { profilesWith } from './signing/sender-profile.js';
import { handOverBy } from './worker/hand-over.js';
import { LEAVING_PER_PLACE } from './worker/places.js';
import { Waker } from './worker/waker.js';

export type World = ReturnType<typeof assembleWorld>;

/** Ports, options and what everything else stands on. */
export function assembleWorld(options: HubOptions, registry: AnyRegistry) {
  const limits = resolveLimits(options);
  const { clock = systemClock, logger = consoleLogger, random = Math.random } = options;
  const { store = memoryStore(), queue = inProcessQueue(clock), ids = randomIdGenerator(clock) } = options;
  refusePlainSecrets(store, options.encryptionKey);
  const policy = urlPolicy(options.delivery ?? {});
  const http =
    options.http ??
    undiciHttpClient(policy, {
      connections: limits.concurrency * (1 + LEAVING_PER_PLACE),
      proxy: resolveProxy(options.delivery?.proxy),
    });
  const box = createSecretBox(options.encryptionKey ?? []);
  const profiles = profilesWith(options.profiles ?? []);
  const secrets = secretKeeper(box, profiles);
  const credentials = credentialKeeper(box);
  const transforms = new Set(Object.keys(options.transforms ?? {}));
  const onError =
    options.onListenerError ?? ((error: HooklineError) => logger.error(errorFields(error), error.message));
  const syncLane = { clock, logger, onError, patienceMs: limits.leaseMs / 4 };
  const listeners = new ListenerRegistry();
  const eventViews = new EventViews({
    serialize: options.serialize ?? null,
    shown: (webhook) => shownWebhook(webhook, credentials),
    ...{ clock, logger, timeoutMs: limits.timeoutMs },
  });
  const webhookListener = new WebhookListener(new WebhookCache(store.webhooks), eventViews);
  const roles = new Roles(options.roles, !store.durable);
  const quarantine = new Quarantine({ store, roles, clock, logger, environment: environmentOf(options) });
  const waker = new Waker({ wakeUps: store.wakeUps ?? null, roles, clock });
  const handOver = handOverBy({ queue, roles, waker });
  const ports = { store, queue, http, clock, ids, logger, random };
  const announce = announcer({ clock, ids });
  const following = { ...ports, deliveries: store.deliveries, health: store.health, waker };
  const onChanged: HubParts['onChanged'] = (before, after) => followChange(following, before, after);
  const resolved = {
    registry,
    limits,
    maxPayloadBytes: limits.maxPayloadBytes,
    urlPolicy: policy,
    transforms,
    profiles: [...profiles.keys()],
    eventViews,
  };
  const keepers = { secrets, credentials, quarantine };
  const telling = { announce, onChanged, onError };
  const listening = { listeners, webhookListener, syncLane };
  return { ...ports, ...resolved, ...keepers, ...telling, ...listening, roles, waker, handOver };
}

function environmentOf({ environment }: HubOptions): string {
  return environment ?? process.env.HOOKLINE_ENVIRONMENT ?? UNNAMED;
}

function refusePlainSecrets(store: Store, encryptionKey: HubOptions['encryptionKey']): void {
  if (!store.durable || (encryptionKey ?? []).length > 0 || process.env.NODE_ENV !== 'production') return;
  throw new HooklineError('ENCRYPTION_KEY_MISSING');
}
