import type { AttemptRecord } from '../../delivery/attempt.js';
import {
  DELIVERY_STATES,
  type DeliveryRecord,
  type DeliveryState,
  HELD_UNTIL_RESUMED,
} from '../../delivery/delivery.js';
import { HooklineError, invalidField } from '../../errors.js';
import type { AdminContext } from '../guard-route.js';
import type { HttpRequest, HttpResponse } from '../types.js';
import { pageOf, respondPage } from './paging.js';

/** Filters: `?state=`, `?webhookId=`, `?eventId=`, `?eventType=`. */
export async function listDeliveries(
  request: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  const page = pageOf(request);
  const { webhookId, eventId, eventType } = request.query;
  const state = stateOf(request.query.state);
  const filters = {
    ...(state !== undefined && { state }),
    ...(webhookId !== undefined && { webhookId }),
    ...(eventId !== undefined && { eventId }),
    ...(eventType !== undefined && { eventType }),
  };
  return respondPage(await hub.deliveries.list({ ...scope, ...page, ...filters }), page, presentDelivery);
}

export async function showDelivery(
  { params }: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  const id = params.id ?? '';
  const delivery = await hub.deliveries.get(id, scope);
  if (!delivery) throw new HooklineError('NOT_FOUND', { kind: 'delivery', id });
  const attempts = await hub.deliveries.attempts(id, scope);
  return { status: 200, body: { ...presentDelivery(delivery), attempts: attempts.map(presentAttempt) } };
}

export async function redeliver(
  { params }: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  const delivery = await hub.deliveries.redeliver(params.id ?? '', scope);
  return { status: 202, body: presentDelivery(delivery) };
}

export function presentDelivery(delivery: DeliveryRecord) {
  const { nextAttemptAt, createdAt, finalizedAt } = delivery;
  return {
    ...delivery,
    nextAttemptAt: toIso(nextAttemptAt === HELD_UNTIL_RESUMED ? null : nextAttemptAt),
    createdAt: toIso(createdAt),
    finalizedAt: toIso(finalizedAt),
  };
}

function presentAttempt(attempt: AttemptRecord) {
  return { ...attempt, startedAt: toIso(attempt.startedAt) };
}

function toIso(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}

function stateOf(text: string | undefined): DeliveryState | undefined {
  const state = DELIVERY_STATES.find((known) => known === text);
  if (text === undefined || state) return state;
  throw invalidField('state', `expected one of ${DELIVERY_STATES.join(', ')}`);
}
