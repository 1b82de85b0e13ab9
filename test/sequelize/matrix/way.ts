import type { ModelBinding } from '@hookline/sequelize';
import type { Model } from 'sequelize';
import type { World } from './world.js';

export type Capture = 'hooks' | 'trigger';
export const CAPTURES: readonly Capture[] = ['hooks', 'trigger'];

/** An event of a row, as far as the matrix looks at it. */
export interface SeenRow {
  /** The last part of its type: `updated`. */
  readonly kind: string;
  /** The subject: `Conversation 1`. */
  readonly row: string;
  /** Previous and current value by attribute; empty for an event without changes. */
  readonly changes: Readonly<Record<string, readonly [previous: unknown, current: unknown]>>;
  /** Attributes that the row in the event lacks, or has with another value than the table. Never expected. */
  readonly wrong?: readonly string[];
}

/** An event of a write of many rows. */
export interface SeenSummary {
  readonly account: string | null;
  readonly data: unknown;
}

export type Seen = SeenRow | SeenSummary;

/** What one capture sees, where it is not what the way does. */
export interface Exception {
  /** Why, as the docs say it. */
  readonly reason: string;
  /** Default: nothing. */
  readonly sees?: readonly Seen[];
}

/** A way in which rows change. */
export interface Way {
  /** As users would look for it; Markdown. */
  readonly title: string;
  run(world: World): Promise<unknown>;
  /** In any order. */
  readonly expects: readonly Seen[];
  readonly hooks?: Exception;
  readonly trigger?: Exception;
  /** What Conversation is bound with besides. */
  readonly binding?: Partial<ModelBinding<Model>>;
}

export interface WayGroup {
  readonly title: string;
  /** What holds for all of its ways; Markdown. */
  readonly intro?: string;
  readonly ways: readonly Way[];
}

type Diff = SeenRow['changes'];

export const created = (row: string): Seen => ({ kind: 'created', row, changes: {} });
export const updated = (row: string, changes: Diff): Seen => ({ kind: 'updated', row, changes });
export const destroyed = (row: string): Seen => ({ kind: 'destroyed', row, changes: {} });
export const restored = (row: string): Seen => ({ kind: 'restored', row, changes: {} });
export const summary = (account: string | null, data: unknown): Seen => ({ account, data });

/** What a capture is to see of a way. */
export function expectedOf(way: Way, capture: Capture): readonly Seen[] {
  const exception = way[capture];
  return exception ? (exception.sees ?? []) : way.expects;
}
