import type {
  AttemptRecord,
  ClaimedDelivery,
  ClaimedEvent,
  ClaimedRun,
  ClaimRequest,
  DeliveryRecord,
  DeliveryResult,
  EventRecord,
  FanOut,
  ReceiptRecord,
  RejectionRecord,
  RunRecord,
  RunResult,
  Store,
  WebhookRecord,
} from '@hookline/core';
import { deliveryId } from '../../packages/core/src/delivery/delivery.js';
import { runId } from '../../packages/core/src/listeners/run.js';

/** When the tests take place. */
export const NOW = 1_760_000_000_123;
export const LEASE_MS = 60_000;

let count = 0;

/** Ids in the order they were asked for, as those of a generator are. */
export function nextId(prefix: string): string {
  return `${prefix}_${nextDigits(26)}`;
}

function nextDigits(length: number): string {
  count += 1;
  return String(count).padStart(length, '0');
}

export function anEvent(parts: Partial<EventRecord> = {}): EventRecord {
  const id = nextId('evt');
  return {
    id,
    type: 'conversation.created',
    accountId: '42',
    visibility: 'subscribable',
    occurredAt: NOW,
    payload: '{"type":"conversation.created","data":{"text":"a \\"quoted\\" \\\\ {☃}, \\u0000 null"}}',
    subjectType: 'Conversation',
    subjectId: '7',
    causationId: null,
    correlationId: id,
    depth: 0,
    requestId: null,
    webhookId: null,
    headers: null,
    erasedAt: null,
    ...parts,
  };
}

export function aWebhook(parts: Partial<WebhookRecord> = {}): WebhookRecord {
  return {
    id: nextId('wh'),
    accountId: '42',
    url: 'https://example.com/hook?a=1',
    subscriptions: ['conversation.*', 'message.created'],
    description: null,
    active: true,
    disabled: null,
    paused: false,
    secrets: [{ sealed: 'whsec_abc', createdAt: NOW, expiresAt: null }],
    settings: {},
    credentials: null,
    createdAt: NOW,
    updatedAt: NOW,
    ...parts,
  };
}

export function aDelivery(event: EventRecord, parts: Partial<DeliveryRecord> = {}): DeliveryRecord {
  return {
    id: deliveryId(event.id, nextDigits(16)),
    eventId: event.id,
    eventType: event.type,
    webhookId: 'wh_none',
    accountId: event.accountId,
    state: 'pending',
    attemptCount: 0,
    scheduledAttemptCount: 0,
    manual: false,
    nextAttemptAt: NOW,
    hold: null,
    groupKey: null,
    reason: null,
    createdAt: NOW,
    finalizedAt: null,
    ...parts,
  };
}

export function aRun(event: EventRecord, parts: Partial<RunRecord> = {}): RunRecord {
  return {
    id: runId(event.id, nextDigits(6)),
    eventId: event.id,
    listener: 'AuditListener',
    state: 'pending',
    attemptCount: 0,
    nextAttemptAt: NOW,
    hold: null,
    groupKey: null,
    lastError: null,
    createdAt: NOW,
    finalizedAt: null,
    ...parts,
  };
}

export function anAttempt(deliveryId: string, parts: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    id: nextId('att'),
    deliveryId,
    number: 1,
    outcome: 'failed',
    failureReason: 'status',
    failureMessage: 'answered 500',
    startedAt: NOW,
    durationMs: 12,
    responseStatus: 500,
    responseHeaders: { 'content-type': 'text/plain' },
    responseBody: 'oops \uFFFD',
    ...parts,
  };
}

export function aReceipt(event: EventRecord, parts: Partial<ReceiptRecord> = {}): ReceiptRecord {
  return {
    id: nextId('rct'),
    source: 'github',
    dedupeKey: nextId('key'),
    eventId: event.id,
    receivedAt: NOW,
    method: 'POST',
    url: '/inbound/github?a=1',
    headers: { 'x-github-event': 'issues' },
    body: Buffer.from([0, 0xff, 0x5c, 0x22, 0xe9]),
    erasedAt: null,
    ...parts,
  };
}

export function aRejection(parts: Partial<RejectionRecord> = {}): RejectionRecord {
  return {
    id: nextId('rej'),
    source: 'github',
    code: 'ERR_HOOKLINE_SIGNATURE_MISMATCH',
    hourAt: NOW - (NOW % 3_600_000),
    count: 1,
    firstAt: NOW,
    lastAt: NOW,
    sample: {
      method: 'POST',
      path: '/inbound/github',
      remoteAddress: '203.0.113.7',
      userAgent: 'curl/8',
      contentType: 'application/json',
      contentLength: '2',
      message: 'No signature matches.',
    },
    ...parts,
  };
}

export function aClaim(parts: Partial<ClaimRequest> = {}): ClaimRequest {
  return { limit: 100, now: NOW, leaseMs: LEASE_MS, lease: nextId('lease'), ...parts };
}

/** Which deliveries or runs a claim would get, in any order: it claims them and gives them back. */
export async function dueIds(
  work: Pick<Store['deliveries'] | Store['runs'], 'claim' | 'release'>,
  at: Partial<Pick<ClaimRequest, 'now'>> = {},
): Promise<readonly string[]> {
  const claim = aClaim(at);
  const claimed: readonly (ClaimedDelivery | ClaimedRun)[] = await work.claim(claim);
  const ids = claimed.map((each) => ('run' in each ? each.run.id : each.delivery.id));
  await work.release(ids, claim.lease);
  return ids;
}

/** What a claim gives of events that no listener heard. */
export function unheard(...events: readonly EventRecord[]): readonly ClaimedEvent[] {
  return events.map((event) => ({ event, isHeard: false }));
}

/** A first failed attempt, to be tried again in a second. */
export function aResult(id: string, lease: string, parts: Partial<DeliveryResult> = {}): DeliveryResult {
  return {
    id,
    lease,
    attempt: anAttempt(id),
    state: 'retrying',
    attemptCount: 1,
    scheduledAttemptCount: 1,
    manual: false,
    nextAttemptAt: NOW + 1_000,
    reason: 'status',
    finalizedAt: null,
    ...parts,
  };
}

export function aDelivered(id: string, lease: string): DeliveryResult {
  const attempt = anAttempt(id, { outcome: 'succeeded', failureReason: null, failureMessage: null });
  return aResult(id, lease, {
    attempt,
    state: 'delivered',
    nextAttemptAt: null,
    reason: null,
    finalizedAt: NOW + 5,
  });
}

export function aRunResult(id: string, lease: string, parts: Partial<RunResult> = {}): RunResult {
  return {
    id,
    lease,
    state: 'retrying',
    attemptCount: 1,
    nextAttemptAt: NOW + 1_000,
    lastError: 'boom',
    finalizedAt: null,
    ...parts,
  };
}

/** What is owed for these events, due for whoever claims it. */
export function aFanOut({
  deliveries = [],
  runs = [],
  ...rest
}: Partial<Omit<FanOut, 'deliveries' | 'runs'>> & {
  readonly eventIds: readonly string[];
  readonly deliveries?: readonly DeliveryRecord[];
  readonly runs?: readonly RunRecord[];
}): FanOut {
  const unleased = { leasedUntil: 0, webhookVersion: null };
  const withoutLease = { lease: null };
  return {
    ...unleased,
    ...rest,
    deliveries: deliveries.map((delivery) => ({ ...delivery, ...withoutLease })),
    runs: runs.map((run) => ({ ...run, ...withoutLease })),
  };
}
