import { HooklineError, invalidField } from '../../errors.js';
import type { FilterTest } from '../../hub-services.js';
import type { AdminContext } from '../guard-route.js';
import type { HttpRequest, HttpResponse } from '../types.js';

const FIELDS = ['filter', 'event', 'eventId'];

/** `{ filter, event }` or `{ filter, eventId }`: whether the event matches. */
export async function testFilter(request: HttpRequest, { hub, scope }: AdminContext): Promise<HttpResponse> {
  const body = (await request.json()) ?? {};
  if (typeof body !== 'object' || Array.isArray(body))
    throw new HooklineError('VALIDATION_FAILED', { problem: 'expected a JSON object' });
  const unknown = Object.keys(body).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) throw invalidField(unknown, 'is no field of a filter test');
  return { status: 200, body: await hub.webhooks.testFilter(body as FilterTest, scope) };
}
