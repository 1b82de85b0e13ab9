/** The app's own id of the tenant that owns an event or a webhook. Kept as text, so `42` and `'42'` are one account. */
export type AccountId = string | number;

/** The record an event is about, so that everything that became of it can be found. */
export interface Subject {
  readonly type: string;
  readonly id: string | number;
}

/** Who or what caused an event: a user, a rule, a source. */
export interface Actor {
  readonly type: string;
  readonly id: string | number | null;
}

export interface Change {
  readonly previous: unknown;
  readonly current: unknown;
}

/** What an update changed, field by field. */
export type Changes = Readonly<Record<string, Change>>;

/** `subscribable`: webhooks may ask for it. `internal`: it never leaves the process. */
export type Visibility = 'internal' | 'subscribable';

/** An immutable fact, as listeners receive it: deeply frozen, and a copy of what was dispatched. Only its content can be erased. */
export interface Event<Type extends string = string, Data = unknown> {
  /** `evt_...`; the `webhook-id` of every delivery of this event. */
  readonly id: string;
  readonly type: Type;
  /** When it happened, in milliseconds since the Unix epoch. */
  readonly timestamp: number;
  readonly accountId: AccountId | null;
  readonly data: Data;
  readonly changes?: Changes;
  readonly actor?: Actor;
  readonly subject?: Subject;
  /** The event in whose handling this one was dispatched. */
  readonly causationId: string | null;
  /** The first event of the chain; an event without a cause is its own. */
  readonly correlationId: string;
  /** How many events led to this one: 0 for one without a cause. */
  readonly depth: number;
  /**
   * Of the request it came about in, as the context had it, or of its receipt, where a source brought it; absent where
   * there was none. Never on the wire.
   */
  readonly requestId?: string;
  /** True where it tells of a row as it was found, not of a change: part of a snapshot for a new webhook, or reconciled. */
  readonly snapshot?: true;
  /** When its content was erased, in milliseconds since the Unix epoch: `data` is null then. Absent where it was not. */
  readonly erasedAt?: number;
}

/** An event as ports carry it and stores keep it. */
export interface EventRecord {
  readonly id: string;
  readonly type: string;
  readonly accountId: string | null;
  readonly visibility: Visibility;
  readonly occurredAt: number;
  /** The JSON document on the wire, serialised once: stored, signed and sent as these very bytes (UTF-8). */
  readonly payload: string;
  readonly subjectType: string | null;
  readonly subjectId: string | null;
  readonly causationId: string | null;
  readonly correlationId: string;
  readonly depth: number;
  readonly requestId: string | null;
  /** The only webhook that it is for: nobody else hears of it. Null: it is for whoever wants it. */
  readonly webhookId: string | null;
  /** Sent with every delivery of it, beside the headers of the webhook. */
  readonly headers: Readonly<Record<string, string>> | null;
  readonly erasedAt: number | null;
}
