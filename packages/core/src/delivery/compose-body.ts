import { HooklineError } from '../errors.js';
import { toEvent } from '../events/build-event.js';
import type { Changes, Event } from '../events/event.js';
import type { Webhook } from '../hub-services.js';
import type { Clock } from '../ports/clock.js';
import type { EventStore } from '../ports/store.js';
import type { ClaimedDelivery } from '../ports/work-store.js';
import type { RowSources } from '../rows/row-sources.js';
import { type PayloadContent, thinContent, withFreshData } from './payload-form.js';
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
  readonly reason: 'withheld' | 'row-gone';
}

/** Makes what is sent of a delivery. Throws where a function of the app does: that is no failure of the receiver. */
export interface Composer {
  compose(work: ClaimedDelivery, webhook: WebhookRecord): Composed | Withheld | Promise<Composed | Withheld>;
}

/** What the account of a webhook may see of an event. */
export interface Visible {
  readonly data: unknown;
  /** Default: none, since changes may tell what the data does not. */
  readonly changes?: Changes;
}

/** What the account of a webhook may see of an event; undefined: nothing, and the delivery is cancelled as `withheld`. */
export type Serialize = (
  event: Event,
  webhook: Webhook,
) => Visible | undefined | Promise<Visible | undefined>;

/**
 * The whole body for webhooks that name this transform: anything that JSON carries, or a `rawBody`; undefined cancels the
 * delivery as `withheld`. Called for each attempt, so it must make the same of the same event.
 */
export type Transform = (event: Event, webhook: Webhook) => unknown;

/** A body that is no JSON. Made by `rawBody`. */
export class RawBody {
  readonly body: Buffer;
  readonly contentType: string;

  constructor(body: string | Uint8Array, contentType: string) {
    this.body = Buffer.from(body as string);
    this.contentType = contentType;
  }
}

/**
 * A body of a transform that is sent as it is, such as a form or XML.
 *
 * @param contentType the `content-type` it goes out with
 */
export function rawBody(body: string | Uint8Array, contentType: string): RawBody {
  return new RawBody(body, contentType);
}

export interface ComposerDeps {
  readonly serialize: Serialize | null;
  readonly transforms: ReadonlyMap<string, Transform>;
  readonly rows: RowSources;
  readonly events: Pick<EventStore, 'get'>;
  readonly shown: (webhook: WebhookRecord) => Webhook;
  readonly clock: Clock;
  /** For functions of the app, in milliseconds. */
  readonly timeoutMs: number;
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
  const content = payload === 'thin' ? thinContent(visible, work.delivery.eventId) : visible;
  if (transform === undefined) return composed(Buffer.from(JSON.stringify(content), 'utf8'));
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
  const event = await eventWith(deps, work, content);
  const visible = await inTime(deps, 'serialize', () => serialize(event, deps.shown(webhook)));
  if (visible === undefined) return undefined;
  const { changes: _, ...rest } = content;
  return { ...rest, data: visible.data, ...(visible.changes && { changes: visible.changes }) };
}

async function transformed(
  deps: ComposerDeps,
  work: ClaimedDelivery,
  webhook: WebhookRecord,
  { name, content }: { readonly name: string; readonly content: PayloadContent },
): Promise<Composed | Withheld> {
  const transform = deps.transforms.get(name);
  if (transform === undefined) throw new HooklineError('TRANSFORM_MISSING', { transform: name });
  const event = await eventWith(deps, work, content);
  const made = await inTime(deps, `transform "${name}"`, () => transform(event, deps.shown(webhook)));
  if (made === undefined) return { kind: 'withheld', reason: 'withheld' };
  if (made instanceof RawBody) return { kind: 'composed', body: made.body, contentType: made.contentType };
  return composed(Buffer.from(JSON.stringify(made), 'utf8'));
}

function composed(body: Buffer): Composed {
  return { kind: 'composed', body, contentType: JSON_TYPE };
}

/** The event as listeners have it, but for what was made of its content here. */
async function eventWith(
  { events }: ComposerDeps,
  { delivery, payload }: ClaimedDelivery,
  { data, changes }: PayloadContent,
): Promise<Event> {
  const record = await events.get(delivery.eventId, {});
  if (record === null) throw new HooklineError('NOT_FOUND', { kind: 'event', id: delivery.eventId });
  const { changes: _, ...event } = { ...toEvent({ ...record, payload }) };
  return { ...event, data, ...(changes && { changes }) };
}

/** A function that hangs must not hold a place for ever. */
async function inTime<Value>(
  { clock, timeoutMs }: ComposerDeps,
  name: string,
  call: () => Value,
): Promise<Awaited<Value>> {
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(timeoutMs, () =>
      reject(new HooklineError('TRANSFORM_FAILED', { name, problem: `took longer than ${timeoutMs} ms` })),
    );
  });
  try {
    return await Promise.race([call(), late]);
  } catch (error) {
    if (error instanceof HooklineError) throw error;
    throw new HooklineError(
      'TRANSFORM_FAILED',
      { name, problem: error instanceof Error ? error.message : String(error) },
      error,
    );
  } finally {
    cancel();
  }
}
