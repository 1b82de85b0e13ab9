import type { AccountId, Subject } from '@hookline/core';
import { Binds } from '../binds.js';
import type { Database } from '../database.js';
import type { Row } from '../sequelize-like.js';

/** Which events tell of the rows of a model. */
export interface TellingEvents {
  readonly subjectType: string;
  readonly types: readonly string[];
}

/** The event that told everybody of the last that happened to a row: one may be stored later than what came after it. */
export interface LastEvent {
  /** As it is stored. */
  readonly subjectId: string;
  readonly type: string;
  /** Null where its content was erased. */
  readonly content: EventContent | null;
}

export interface EventContent {
  readonly account: AccountId | null;
  readonly data: unknown;
  readonly subject: Subject | undefined;
}

const COLUMNS =
  'event."subject_id" AS "subjectId", event."type", event."payload", event."erased_at" AS "erasedAt"';

/** By the ids of their subjects. What only one webhook was told of does not count. */
export async function lastEventsOf(
  { run, tables }: Database,
  { subjectType, types }: TellingEvents,
  subjectIds: readonly string[],
  transaction: unknown,
): Promise<ReadonlyMap<string, LastEvent>> {
  const binds = new Binds();
  const rows = await run(
    `SELECT event.* FROM unnest(${binds.addAll('text', subjectIds)}) AS subject("id") CROSS JOIN LATERAL (
      SELECT ${COLUMNS} FROM ${tables.events} AS event
      WHERE event."subject_type" = ${binds.add('text', subjectType)} AND event."subject_id" = subject."id"
      AND event."type" = ANY(${binds.addAll('text', types)}) AND event."webhook_id" IS NULL
      ORDER BY event."occurred_at" DESC, event."id" DESC LIMIT 1
    ) AS event`,
    binds,
    transaction,
  );
  return new Map(rows.map(readLast).map((last) => [last.subjectId, last]));
}

export interface ToldSubjects extends TellingEvents {
  /** Only subjects behind this one, in the order of their ids. Empty: all. */
  readonly after: string;
  readonly limit: number;
  /** Only those of which an event since then tells, in milliseconds since the Unix epoch. */
  readonly since: number | undefined;
}

/** Subjects that events told of, each with the last one. */
export async function toldSubjects(
  { run, tables }: Database,
  { subjectType, types, after, limit, since }: ToldSubjects,
  transaction: unknown,
): Promise<readonly LastEvent[]> {
  const binds = new Binds();
  const isRecent = since === undefined ? '' : `AND event."occurred_at" >= ${binds.add('bigint', since)}`;
  const rows = await run(
    `SELECT DISTINCT ON (event."subject_id") ${COLUMNS} FROM ${tables.events} AS event
    WHERE event."subject_type" = ${binds.add('text', subjectType)} AND event."subject_id" > ${binds.add('text', after)}
    AND event."type" = ANY(${binds.addAll('text', types)}) AND event."webhook_id" IS NULL ${isRecent}
    ORDER BY event."subject_id", event."occurred_at" DESC, event."id" DESC LIMIT ${binds.add('bigint', limit)}`,
    binds,
    transaction,
  );
  return rows.map(readLast);
}

function readLast(row: Row): LastEvent {
  const { subjectId, type, payload, erasedAt } = row;
  return {
    subjectId: String(subjectId),
    type: String(type),
    content: erasedAt === null ? readContent(String(payload)) : null,
  };
}

function readContent(payload: string): EventContent {
  const { account, data, subject } = JSON.parse(payload) as {
    readonly account: { readonly id: AccountId | null };
    readonly data: unknown;
    readonly subject?: Subject;
  };
  return { account: account.id, data, subject };
}
