import { HooklineError } from '../../errors.js';
import type { Event } from '../../events/event.js';
import type { AdminContext } from '../guard-route.js';
import type { HttpRequest, HttpResponse } from '../types.js';
import { pageOf, respondPage } from './paging.js';

/** Filters: `?type=`, `?subjectType=` with `?subjectId=`. */
export async function listEvents(request: HttpRequest, { hub, scope }: AdminContext): Promise<HttpResponse> {
  const page = pageOf(request);
  const { type, subjectType, subjectId } = request.query;
  const filters = {
    ...(type !== undefined && { type }),
    ...(subjectType !== undefined &&
      subjectId !== undefined && { subject: { type: subjectType, id: subjectId } }),
  };
  return respondPage(await hub.events.list({ ...scope, ...page, ...filters }), page, presentEvent);
}

export async function showEvent(
  { params }: HttpRequest,
  { hub, scope }: AdminContext,
): Promise<HttpResponse> {
  const id = params.id ?? '';
  const event = await hub.events.get(id, scope);
  if (!event) throw new HooklineError('NOT_FOUND', { kind: 'event', id });
  return { status: 200, body: presentEvent(event) };
}

export async function listEventTypes(_request: HttpRequest, { hub }: AdminContext): Promise<HttpResponse> {
  return { status: 200, body: { data: hub.eventTypes } };
}

function presentEvent(event: Event) {
  return { ...event, timestamp: new Date(event.timestamp).toISOString() };
}
