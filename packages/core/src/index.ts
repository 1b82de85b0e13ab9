export { type MemoryStoreOptions, memoryStore } from './adapters/memory-store.js';
export type { ProxyOptions } from './adapters/undici/forward-proxy.js';
export { type Context, currentContext, withContext } from './context/context.js';
export { createHub } from './create-hub.js';
export type { AttemptRecord, FailureReason } from './delivery/attempt.js';
export type { CircuitOptions } from './delivery/circuit.js';
export type { Transform } from './delivery/compose-body.js';
export type { Auth, ClientTls, Credentials, CredentialsSummary } from './delivery/credentials.js';
export type { DeliveryRecord, DeliveryState, Hold } from './delivery/delivery.js';
export type { Filter } from './delivery/filter.js';
export type { ClientErrors } from './delivery/judge-reply.js';
export { RawBody, rawBody } from './delivery/raw-body.js';
export { polynomialRetry, type RetryPolicy, retrySchedule, standardRetry } from './delivery/retry-policy.js';
export type { Serialize, Viewer, Visible } from './delivery/visible-event.js';
export type { Disabled, DisabledReason, WebhookRecord } from './delivery/webhook.js';
export type * from './delivery/webhook-settings.js';
export { ERRORS } from './error-catalogue.js';
export {
  type ErrorCode,
  type ErrorDetails,
  type ErrorName,
  HooklineError,
  isHooklineError,
} from './errors.js';
export type {
  AccountId,
  Actor,
  Change,
  Changes,
  Event,
  EventRecord,
  Subject,
  Visibility,
} from './events/event.js';
export {
  type EventTypeInfo,
  type PayloadDefinition,
  type PayloadOptions,
  payload,
} from './events/event-definition.js';
export { defineEvents, EventRegistry, type KnownType } from './events/event-registry.js';
export type {
  AnyRegistry,
  DataInput,
  EventDefinition,
  EventDefinitions,
  EventFor as EventOf,
  ListenerMethods,
  OpenRegistry,
  PatternOf,
  TypeOf,
} from './events/event-types.js';
export type * from './events/new-event.js';
export type {
  OperationalEvent,
  OperationalEvents,
  OperationalType,
  WebhookNote,
} from './events/operational-events.js';
export { SUBJECT } from './events/subject.js';
export type { HealthOptions } from './health/health-policy.js';
export { bearer } from './http/bearer.js';
export type { HttpRequest, HttpResponse, Route } from './http/types.js';
export type * from './hub.js';
export type * from './hub-services.js';
export { defineSender } from './inbound/create-source.js';
export { ReceivedRequest } from './inbound/inbound-request.js';
export type { ReceiptRecord, ReceiptSummary } from './inbound/receipt.js';
export type { RejectedRequest, RejectionRecord, RejectionSample } from './inbound/rejection.js';
export type { FieldLocator, Locator } from './inbound/request-field.js';
export type * from './inbound/schemes/scheme.js';
export { basicAuth, sharedToken, type TokenPlace } from './inbound/schemes/shared-token.js';
export { type SignedDescription, signed } from './inbound/schemes/signed.js';
export type * from './inbound/sender.js';
export type * from './inbound/source.js';
export type { SecretLookup, SourceSecret } from './inbound/source-secrets.js';
export { type CustomOptions, custom } from './inbound/sources/custom.js';
export { github } from './inbound/sources/github.js';
export {
  type HmacOptions,
  hmac,
  type SignatureListOptions,
  type TimestampOptions,
} from './inbound/sources/hmac.js';
export { standardWebhooks } from './inbound/sources/standard-webhooks.js';
export { stripe } from './inbound/sources/stripe.js';
export { type VerifyWebhookOptions, verifyWebhook, type WebhookPayload } from './inbound/verify-webhook.js';
export { Listener, type ListenerContext, type ListenerLane } from './listeners/listener.js';
export type { RunRecord, RunState } from './listeners/run.js';
export type { ListenerErrorHandler } from './listeners/run-listener.js';
export type { DeliveryOptions, HubOptions } from './options.js';
export type { Authorizer, Permission, Principal } from './ports/authorizer.js';
export type { Clock } from './ports/clock.js';
export type * from './ports/feed.js';
export type * from './ports/health-store.js';
export type { HttpClient, HttpReply, OutboundRequest } from './ports/http-client.js';
export type { IdGenerator, IdPrefix } from './ports/id-generator.js';
export type { Logger } from './ports/logger.js';
export type * from './ports/quarantine-store.js';
export type { Job, JobHandler, JobKind, Queue } from './ports/queue.js';
export type * from './ports/retention.js';
export type * from './ports/row-source.js';
export type * from './ports/snapshot-store.js';
export type * from './ports/store.js';
export type * from './ports/wake-ups.js';
export type * from './ports/work-store.js';
export type { ConfirmOptions, QuarantineReason } from './quarantine/quarantine.js';
export type { RetentionOptions } from './retention/retention-policy.js';
export type { Role } from './roles.js';
export type { HeaderProfile } from './signing/header-profile.js';
export { generateSecret } from './signing/secret.js';
