import { HooklineError } from '../errors.js';
import { toEvent } from '../events/build-event.js';
import type { Event } from '../events/event.js';
import type { Webhook } from '../hub-services.js';
import type { EventStore } from '../ports/store.js';
import type { ClaimedDelivery } from '../ports/work-store.js';
import type { RowSources } from '../rows/row-sources.js';
import { appFailure, appJson, type CallDeps, callApp } from './call-app.js';
import { matchesFilter } from './filter.js';
import { type PayloadContent, thinContent, withFreshData } from './payload-form.js';
import { RawBody, rawBodyProblem } from './raw-body.js';
import { isTest } from './test-event.js';
import { asRead, contentJson, type Serialize, viewOf, visibleEvent, withView } from './visible-event.js';
import type { WebhookRecord } from './webhook.js';

/** The bytes of a request, and what they are. */
export interface Composed {
  readonly kind: 'composed';
  readonly body: Buffer;
  readonly contentType: string;
}

/** Nothing is to be sent: the delivery is cancelled for this reason. */
export interface Withheld {
  readonly kind: 'withheld';
  readonly reason: 'withheld' | 'row-gone' | 'filtered';
}

/** Makes what is sent of a delivery. Throws where a function of the app does: that is no failure of the receiver. */
export interface Composer {
  compose(work: ClaimedDelivery, webhook: WebhookRecord): Composed | Withheld | Promise<Composed | Withheld>;
}

/**
 * The whole body for webhooks that name this transform: anything that JSON carries, or a `rawBody`; undefined cancels the
 * delivery as `withheld`. Called for each attempt, so it must make the same of the same event.
 */
export type Transform = (event: Event, webhook: Webhook) => unknown;

export interface ComposerDeps extends CallDeps {
  readonly serialize: Serialize | null;
  readonly transforms: ReadonlyMap<string, Transform>;
  readonly rows: RowSources;
  readonly events: Pick<EventStore, 'get'>;
  readonly shown: (webhook: WebhookRecord) => Webhook;
}

const JSON_TYPE = 'application/json';

/**
 * The story of a body: the stored bytes → thin, or with the row as it is now → what the account may see → the webhook's
 * transform. Where none of them is asked for, the stored bytes go out as they are.
 */
export function bodyComposer(deps: ComposerDeps): Composer {
  return {
    compose(work, webhook) {
      const { payload = 'snapshot', transform } = webhook.settings;
      const isPlain = payload === 'snapshot' && transform === undefined && deps.serialize === null;
      return isPlain ? composed(Buffer.from(work.payload, 'utf8')) : composeAnew(deps, work, webhook);
    },
  };
}

async function composeAnew(
  deps: ComposerDeps,
  work: ClaimedDelivery,
  webhook: WebhookRecord,
): Promise<Composed | Withheld> {
  const { payload = 'snapshot', transform } = webhook.settings;
  const stored = JSON.parse(work.payload) as PayloadContent;
  const formed = payload === 'fresh' ? await withFreshData(deps.rows, stored) : stored;
  if (formed === null) return { kind: 'withheld', reason: 'row-gone' };
  const visible = await makeVisible(deps, work, webhook, formed);
  if (visible === undefined) return { kind: 'withheld', reason: 'withheld' };
  const seen = () => (formed === stored ? visible : makeVisible(deps, work, webhook, stored));
  if (await isFilteredOut(deps, work, webhook, seen)) return { kind: 'withheld', reason: 'filtered' };
  const content = payload === 'thin' ? thinContent(visible, work.delivery.eventId) : visible;
  if (transform === undefined) return composed(Buffer.from(contentJson(content), 'utf8'));
  return transformed(deps, work, webhook, { name: transform, content });
}

async function makeVisible(
  deps: ComposerDeps,
  work: ClaimedDelivery,
  webhook: WebhookRecord,
  content: PayloadContent,
): Promise<PayloadContent | undefined> {
  const { serialize } = deps;
  if (serialize === null) return content;
  const viewer = { accountId: webhook.accountId, webhook: deps.shown(webhook) };
  const visible = await viewOf({ ...deps, serialize }, await eventWith(deps, work, content), viewer);
  return visible && withView(content, visible);
}

/**
 * What an account may see is asked anew for each attempt, and where that failed when the delivery was owed, its filter
 * could not be judged then. So it is judged here, unless something was sent already, or a person asks for it.
 */
async function isFilteredOut(
  { serialize }: ComposerDeps,
  { delivery }: ClaimedDelivery,
  { settings: { filter } }: WebhookRecord,
  seen: () => PayloadContent | undefined | Promise<PayloadContent | undefined>,
): Promise<boolean> {
  if (serialize === null || filter === undefined) return false;
  if (delivery.attemptCount > 0 || delivery.manual || isTest(delivery)) return false;
  const content = await seen();
  return content === undefined || !matchesFilter(filter, asRead(content));
}

async function transformed(
  deps: ComposerDeps,
  work: ClaimedDelivery,
  webhook: WebhookRecord,
  { name: transformName, content }: { readonly name: string; readonly content: PayloadContent },
): Promise<Composed | Withheld> {
  const transform = deps.transforms.get(transformName);
  if (transform === undefined) throw new HooklineError('TRANSFORM_MISSING', { transform: transformName });
  const name = `transform "${transformName}"`;
  const event = await eventWith(deps, work, content);
  const made = await callApp(deps, name, () => transform(event, deps.shown(webhook)));
  if (made === undefined) return { kind: 'withheld', reason: 'withheld' };
  if (!(made instanceof RawBody)) return composed(Buffer.from(appJson(name, made), 'utf8'));
  const problem = rawBodyProblem(made);
  if (problem !== null) throw appFailure(name, problem);
  return { kind: 'composed', body: Buffer.from(made.body as string), contentType: made.contentType };
}

function composed(body: Buffer): Composed {
  return { kind: 'composed', body, contentType: JSON_TYPE };
}

/** The event as listeners have it, but for what was made of its content here. */
async function eventWith(
  { events }: ComposerDeps,
  { delivery, payload }: ClaimedDelivery,
  content: PayloadContent,
): Promise<Event> {
  const record = await events.get(delivery.eventId, {});
  if (record === null) throw new HooklineError('NOT_FOUND', { kind: 'event', id: delivery.eventId });
  const { data, changes } = content;
  return visibleEvent(toEvent({ ...record, payload }), { data, ...(changes && { changes }) });
}
