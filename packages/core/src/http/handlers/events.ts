import { HooklineError, invalidField } from '../../errors.js';
import type { Event, Subject } from '../../events/event.js';
import { visibleTo } from '../../scope.js';
import type { AdminContext } from '../guard-route.js';
import type { HttpRequest, HttpResponse } from '../types.js';
import { presentDelivery } from './deliveries.js';
import { type PageRequest, pageOf, respondPage } from './paging.js';

/** Filters: `?type=`, `?subjectType=` with `?subjectId=`. With a subject also `?include=deliveries`. */
export async function listEvents(request: HttpRequest, context: AdminContext): Promise<HttpResponse> {
  const { hub, scope } = context;
  const page = pageOf(request);
  const { type } = request.query;
  const subject = subjectOf(request);
  const options = { ...scope, ...page, ...(type !== undefined && { type }), ...visibleTo(scope) };
  if (includesDeliveries(request) && subject) {
    const found = await hub.events.of(subject, options);
    const events = found.map(({ event }) => event);
    const deliveriesOf = new Map(found.map(({ event, deliveries }) => [event.id, deliveries]));
    return respondEvents(context, page, events, (event) => ({
      ...presentEvent(event),
      deliveries: deliveriesOf.get(event.id)?.map(presentDelivery) ?? [],
    }));
  }
  const events = await hub.events.list({ ...options, ...(subject && { subject }) });
  return respondEvents(context, page, events, presentEvent);
}

/** What the caller may not see takes its place in the page, and is left out: the next one begins behind it all the same. */
async function respondEvents(
  context: AdminContext,
  page: PageRequest,
  events: readonly Event[],
  present: (event: Event) => unknown,
): Promise<HttpResponse> {
  const { status, body } = respondPage(events, page);
  const seen = await Promise.all(events.map((event) => seenIn(context, event)));
  const data = seen.flatMap((event) => (event === null ? [] : [present(event)]));
  return { status, body: { ...(body as object), data } };
}

/** Staff see all of it. */
async function seenIn({ hub, scope: { accountId } }: AdminContext, event: Event): Promise<Event | null> {
  return accountId === undefined ? event : hub.events.seenBy(accountId, event);
}

export async function showEvent({ params }: HttpRequest, context: AdminContext): Promise<HttpResponse> {
  const { hub, scope } = context;
  const id = params.id ?? '';
  const found = await hub.events.get(id, { ...scope, ...visibleTo(scope) });
  const event = found && (await seenIn(context, found));
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

export function presentEvent(event: Event) {
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
