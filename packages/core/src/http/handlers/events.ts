import { HooklineError, invalidField } from '../../errors.js';
import type { Event, Subject } from '../../events/event.js';
import type { AccountScope, EventFilter, EventWithDeliveries } from '../../hub-services.js';
import type { AdminContext } from '../guard-route.js';
import type { HttpRequest, HttpResponse } from '../types.js';
import { presentDelivery } from './deliveries.js';
import { pageOf, respondPage } from './paging.js';

/** Filters: `?type=`, `?subjectType=` with `?subjectId=`. With a subject also `?include=deliveries`. */
export async function listEvents(request: HttpRequest, { hub, scope }: AdminContext): Promise<HttpResponse> {
  const page = pageOf(request);
  const { type } = request.query;
  const subject = subjectOf(request);
  const options = { ...scope, ...page, ...(type !== undefined && { type }), ...visibleTo(scope) };
  if (includesDeliveries(request) && subject) {
    const found = await hub.events.of(subject, options);
    return respondPage(found.map(presentWithDeliveries), page);
  }
  return respondPage(await hub.events.list({ ...options, ...(subject && { subject }) }), page, presentEvent);
}

export async function showEvent(
  { params }: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  const id = params.id ?? '';
  const event = await hub.events.get(id, { ...scope, ...visibleTo(scope) });
  if (!event) throw new HooklineError('NOT_FOUND', { kind: 'event', id });
  return { status: 200, body: presentEvent(event) };
}

export async function listEventTypes(
  _request: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  const { visibility } = visibleTo(scope);
  const data = hub.eventTypes.filter((info) => visibility === undefined || info.visibility === visibility);
  return { status: 200, body: { data } };
}

/** Internal events are the staff's to see; an account sees what its webhooks could have. */
function visibleTo({ accountId }: AccountScope): Pick<EventFilter, 'visibility'> {
  return accountId === undefined ? {} : { visibility: 'subscribable' };
}

function subjectOf({ query: { subjectType, subjectId } }: HttpRequest): Subject | undefined {
  if (subjectType !== undefined && subjectId !== undefined) return { type: subjectType, id: subjectId };
  if (subjectType === undefined && subjectId === undefined) return undefined;
  const problem = 'subjectType and subjectId: expected both or neither';
  throw new HooklineError('VALIDATION_FAILED', {
    problem,
    fields: { subjectType: problem, subjectId: problem },
  });
}

function includesDeliveries({ query: { include, subjectType } }: HttpRequest): boolean {
  if (include === undefined) return false;
  if (include !== 'deliveries') throw invalidField('include', 'expected "deliveries"');
  if (subjectType === undefined) throw invalidField('include', 'expected together with a subject');
  return true;
}

function presentWithDeliveries({ event, deliveries }: EventWithDeliveries) {
  return { ...presentEvent(event), deliveries: deliveries.map(presentDelivery) };
}

function presentEvent(event: Event) {
  const { timestamp, erasedAt } = event;
  return {
    ...event,
    timestamp: toIso(timestamp),
    ...(erasedAt !== undefined && { erasedAt: toIso(erasedAt) }),
  };
}

function toIso(instant: number): string {
  return new Date(instant).toISOString();
}
