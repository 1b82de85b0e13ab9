import type {
  AttemptRecord,
  DeliveryRecord,
  EventRecord,
  ReceiptRecord,
  RejectionRecord,
  RunRecord,
  SnapshotRecord,
  WebhookRecord,
} from '@hookline/core';
import type { Row } from './sequelize-like.js';

/** `json` is kept as text, so that no driver and no jsonb changes it; instants are milliseconds in a `bigint`. */
export type ColumnType = 'text' | 'integer' | 'bigint' | 'boolean' | 'json' | 'bytea';

/** The columns of a record: each field's type. A field `accountId` is kept in the column `account_id`. */
export type Columns<Item> = { readonly [Field in keyof Item]-?: ColumnType };

export const EVENT_COLUMNS: Columns<EventRecord> = {
  id: 'text',
  type: 'text',
  accountId: 'text',
  visibility: 'text',
  occurredAt: 'bigint',
  payload: 'text',
  subjectType: 'text',
  subjectId: 'text',
  causationId: 'text',
  correlationId: 'text',
  depth: 'integer',
  requestId: 'text',
  webhookId: 'text',
  headers: 'json',
  erasedAt: 'bigint',
};

export const WEBHOOK_COLUMNS: Columns<WebhookRecord> = {
  id: 'text',
  accountId: 'text',
  url: 'text',
  subscriptions: 'json',
  description: 'text',
  active: 'boolean',
  disabled: 'json',
  paused: 'boolean',
  secrets: 'json',
  settings: 'json',
  credentials: 'text',
  createdAt: 'bigint',
  updatedAt: 'bigint',
};

export const DELIVERY_COLUMNS: Columns<DeliveryRecord> = {
  id: 'text',
  eventId: 'text',
  eventType: 'text',
  webhookId: 'text',
  accountId: 'text',
  state: 'text',
  attemptCount: 'integer',
  scheduledAttemptCount: 'integer',
  manual: 'boolean',
  nextAttemptAt: 'bigint',
  hold: 'text',
  groupKey: 'text',
  reason: 'text',
  createdAt: 'bigint',
  finalizedAt: 'bigint',
};

export const ATTEMPT_COLUMNS: Columns<AttemptRecord> = {
  id: 'text',
  deliveryId: 'text',
  number: 'integer',
  outcome: 'text',
  failureReason: 'text',
  failureMessage: 'text',
  startedAt: 'bigint',
  durationMs: 'integer',
  responseStatus: 'integer',
  responseHeaders: 'json',
  responseBody: 'text',
};

export const RUN_COLUMNS: Columns<RunRecord> = {
  id: 'text',
  eventId: 'text',
  listener: 'text',
  state: 'text',
  attemptCount: 'integer',
  nextAttemptAt: 'bigint',
  hold: 'text',
  groupKey: 'text',
  lastError: 'text',
  createdAt: 'bigint',
  finalizedAt: 'bigint',
};

export const RECEIPT_COLUMNS: Columns<ReceiptRecord> = {
  id: 'text',
  source: 'text',
  dedupeKey: 'text',
  eventId: 'text',
  receivedAt: 'bigint',
  method: 'text',
  url: 'text',
  headers: 'json',
  body: 'bytea',
  erasedAt: 'bigint',
};

export const REJECTION_COLUMNS: Columns<RejectionRecord> = {
  id: 'text',
  source: 'text',
  code: 'text',
  hourAt: 'bigint',
  count: 'bigint',
  firstAt: 'bigint',
  lastAt: 'bigint',
  sample: 'json',
};

export const SNAPSHOT_COLUMNS: Columns<SnapshotRecord> = {
  id: 'text',
  webhookId: 'text',
  accountId: 'text',
  model: 'text',
  position: 'text',
  createdAt: 'bigint',
  startedAt: 'bigint',
};

const columnNames = new Map<string, string>();

/** The column that keeps a field, quoted. */
export function columnOf(field: string): string {
  const known = columnNames.get(field);
  if (known !== undefined) return known;
  const name = `"${field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}"`;
  columnNames.set(field, name);
  return name;
}

export function columnList<Item>(columns: Columns<Item>): string {
  return Object.keys(columns).map(columnOf).join(', ');
}

/** For a SELECT, each column under its field's name behind `label`; `computed` replaces columns by expressions. */
export function selectList<Item>(
  columns: Columns<Item>,
  from: string,
  {
    label = '',
    computed = {},
  }: { readonly label?: string; readonly computed?: Readonly<Record<string, string>> } = {},
): string {
  return Object.keys(columns)
    .map((field) => `${computed[field] ?? `${from}.${columnOf(field)}`} AS "${label}${field}"`)
    .join(', ');
}

export function sqlTypeOf(type: ColumnType): string {
  return type === 'json' ? 'text' : type;
}

export function toColumn(type: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (type === 'json') return JSON.stringify(value);
  if (type !== 'integer' && type !== 'bigint') return value;
  // A duration may come with a fraction.
  const whole = Math.round(Number(value));
  if (Number.isSafeInteger(whole)) return whole;
  throw new RangeError(`A column of type ${type} takes a whole number, got ${String(value)}.`);
}

const asNumber = (value: unknown) => Number(value);
const asIs = (value: unknown) => value;

/** Drivers give a `bigint` as text, or as whatever the app told them to. */
const FROM_COLUMN: Readonly<Record<ColumnType, (value: unknown) => unknown>> = {
  text: asIs,
  integer: asNumber,
  bigint: asNumber,
  boolean: asIs,
  json: (value) => JSON.parse(String(value)),
  bytea: asIs,
};

/** Makes a record of each row that `selectList` selected. What can be known before is found out once. */
export function reader<Item>(columns: Columns<Item>, label = ''): (row: Row) => Item {
  const fields = Object.entries<ColumnType>(columns).map(([field, type]) => ({
    field,
    name: label + field,
    decode: FROM_COLUMN[type],
  }));
  return (row) => {
    const record: Record<string, unknown> = {};
    for (const { field, name, decode } of fields) {
      const value = row[name];
      record[field] = value === null || value === undefined ? null : decode(value);
    }
    return record as Item;
  };
}
