import { toEvent } from '../events/build-event.js';
import type { Changes, Event, EventRecord } from '../events/event.js';
import type { Webhook } from '../hub-services.js';
import { appFailure, appJson, type CallDeps, callApp, kindOf } from './call-app.js';
import type { PayloadContent } from './payload-form.js';

/** What an account may see of an event. */
export interface Visible {
  readonly data: unknown;
  /** Default: none, since changes may tell what the data does not. */
  readonly changes?: Changes;
}

/** Who is to see an event. */
export interface Viewer {
  /** As text; null in an app with one tenant. */
  readonly accountId: string | null;
  /** The webhook that it is for; null where the account reads it by the admin API. */
  readonly webhook: Webhook | null;
}

/** What an account may see of an event; undefined: nothing. */
export type Serialize = (event: Event, viewer: Viewer) => Visible | undefined | Promise<Visible | undefined>;

export interface ViewDeps extends CallDeps {
  readonly serialize: Serialize;
}

const NAME = 'serialize';

/** Undefined: nothing. Throws TRANSFORM_FAILED where the function throws, hangs, or answers with neither. */
export async function viewOf(deps: ViewDeps, event: Event, viewer: Viewer): Promise<Visible | undefined> {
  const visible: unknown = await callApp(deps, NAME, () => deps.serialize(event, viewer));
  if (visible === undefined) return undefined;
  if (typeof visible !== 'object' || visible === null)
    throw appFailure(NAME, `expected { data } or undefined, got ${kindOf(visible)}`);
  const { data, changes } = visible as Partial<Visible>;
  if (data === undefined || typeof data === 'function' || typeof data === 'symbol')
    throw appFailure(NAME, `expected { data } or undefined, got an object whose data is ${kindOf(data)}`);
  if (changes === undefined || changes === null) return { data };
  if (typeof changes === 'object' && !Array.isArray(changes)) return { data, changes };
  throw appFailure(NAME, `expected changes as an object, got ${kindOf(changes)}`);
}

export function withView(content: PayloadContent, { data, changes }: Visible): PayloadContent {
  const { changes: _, ...rest } = content;
  return { ...rest, data, ...(changes && { changes }) };
}

/** The payload of a stored event as it is seen, read back from JSON as a receiver reads it; undefined: nothing. */
export async function visibleContent(
  deps: ViewDeps,
  record: EventRecord,
  viewer: Viewer,
): Promise<PayloadContent | undefined> {
  const content = JSON.parse(record.payload) as PayloadContent;
  if (record.erasedAt !== null) return content;
  const visible = await viewOf(deps, toEvent(record), viewer);
  return visible && asRead(withView(content, visible));
}

/** Whoever sees it sees what JSON carries of it. Throws TRANSFORM_FAILED. */
export function asRead(content: PayloadContent): PayloadContent {
  return JSON.parse(contentJson(content)) as PayloadContent;
}

export function contentJson(content: unknown): string {
  return appJson(NAME, content);
}

/** An event as listeners have it, but with what is to be seen of it. */
export function visibleEvent(event: Event, { data, changes }: Visible): Event {
  const { changes: _, ...rest } = event;
  return { ...rest, data, ...(changes && { changes }) };
}
