import type { UrlPolicy } from './delivery/guard-url.js';
import type { SecretKeeper } from './delivery/webhook-secrets.js';
import type { DispatchDeps } from './events/dispatch-event.js';
import type { AnyRegistry } from './events/event-types.js';
import type { Relay } from './events/relay.js';
import type { InboundDeps } from './inbound/handle-inbound.js';
import type { ListenerRegistry } from './listeners/listener-registry.js';
import type { Limits } from './options.js';
import type { Clock } from './ports/clock.js';
import type { HttpClient } from './ports/http-client.js';
import type { IdGenerator } from './ports/id-generator.js';
import type { Logger } from './ports/logger.js';
import type { Queue } from './ports/queue.js';
import type { ClaimedDelivery, ClaimedRun, DeliveryResult, RunResult, Store } from './ports/store.js';
import type { Retention } from './retention/prune-rows.js';
import type { Roles } from './roles.js';
import type { Claims } from './worker/claims.js';
import type { HandOver } from './worker/hand-over.js';
import type { LeaseKeeper } from './worker/lease-keeper.js';
import type { Sweeper } from './worker/sweeper.js';
import type { Waker } from './worker/waker.js';
import type { Worker } from './worker/worker.js';

/** What `createHub` builds. */
export interface HubParts {
  readonly limits: Limits;
  readonly registry: AnyRegistry;
  readonly store: Store;
  readonly queue: Queue;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  readonly urlPolicy: UrlPolicy;
  readonly secrets: SecretKeeper;
  readonly listeners: ListenerRegistry;
  readonly deliveryClaims: Claims<ClaimedDelivery, DeliveryResult>;
  readonly runClaims: Claims<ClaimedRun, RunResult>;
  readonly relay: Relay;
  readonly roles: Roles;
  readonly waker: Waker;
  readonly handOver: HandOver;
  readonly sweeper: Sweeper;
  readonly leaseKeeper: LeaseKeeper;
  readonly retention: Retention;
  readonly worker: Worker;
  readonly dispatch: DispatchDeps;
  readonly inbound: InboundDeps;
}
