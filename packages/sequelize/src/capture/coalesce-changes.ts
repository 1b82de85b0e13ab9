import { outermostOf } from '@hookline/core/adapter';
import type { Transaction } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import { changeOf, merge, type NetChange, netOf } from './merge-changes.js';
import type { RowChange } from './row-change.js';

/** What happened to a row while the same savepoints were open: it is undone together. */
interface Chapter {
  readonly open: readonly TransactionNode[];
  readonly net: NetChange;
  readonly eventIds: readonly string[];
}

/** What is used of a transaction's internals. All of Sequelize 6 has them. */
interface TransactionNode {
  readonly savepoints: readonly TransactionNode[];
  readonly finished?: 'commit' | 'rollback';
}

/** A change merged with what happened to the row before it in its transaction. */
export interface Coalesced {
  /** What all of it comes to; null for nothing. */
  readonly change: RowChange | null;
  /** The events that were stored for what came before. */
  readonly replaced: readonly string[];
  /** To be called when the change's own events are stored, with their ids. */
  readonly keep: (eventIds: readonly string[]) => void;
}

const histories = new WeakMap<object, Map<BindingPlan, Map<string, readonly Chapter[]>>>();

/** Merges a change with those of the same row in the transaction that were not rolled back with a savepoint. */
export function coalesceChange(plan: BindingPlan, change: RowChange, transaction: Transaction): Coalesced {
  const key = keyOf(plan, change);
  const own = netOf(change);
  if (key === null) return { change, replaced: [], keep: () => {} };
  const outermost = outermostOf(transaction) as unknown as TransactionNode;
  const rows = rowsOf(plan, outermost);
  const before = (rows.get(key) ?? []).filter(({ open }) => !open.some(isRolledBack));
  const net = [...before.map((chapter) => chapter.net), own].reduce((one, next) =>
    merge(plan.model, one, next),
  );
  const open = openIn(outermost);
  return {
    change: changeOf(net),
    replaced: before.flatMap(({ eventIds }) => eventIds),
    keep: (eventIds) => rows.set(key, extended(plan, before, { open, net: own, eventIds })),
  };
}

/** The events of a chapter stand for all chapters before it, and are gone with it. */
function extended(
  { model }: BindingPlan,
  chapters: readonly Chapter[],
  chapter: Chapter,
): readonly Chapter[] {
  const last = chapters.at(-1);
  if (last === undefined || !isSame(last.open, chapter.open)) return [...chapters, chapter];
  return [...chapters.slice(0, -1), { ...chapter, net: merge(model, last.net, chapter.net) }];
}

function isSame(some: readonly TransactionNode[], others: readonly TransactionNode[]): boolean {
  return some.length === others.length && some.every((node) => others.includes(node));
}

function rowsOf(plan: BindingPlan, outermost: object): Map<string, readonly Chapter[]> {
  const history = histories.get(outermost) ?? new Map<BindingPlan, Map<string, readonly Chapter[]>>();
  const rows = history.get(plan) ?? new Map<string, readonly Chapter[]>();
  histories.set(outermost, history.set(plan, rows));
  return rows;
}

/**
 * The transaction and its savepoints that are not finished. A statement is in all of them, whichever it was given:
 * they are one connection.
 */
function openIn(node: TransactionNode): readonly TransactionNode[] {
  const within = node.savepoints.flatMap(openIn);
  return node.finished === undefined ? [node, ...within] : within;
}

function isRolledBack({ finished }: TransactionNode): boolean {
  return finished === 'rollback';
}

/** Null where the row cannot be told from others. */
function keyOf({ model }: BindingPlan, { row }: RowChange): string | null {
  const values = model.primaryKeyAttributes.map((name) => row.getDataValue(name as never));
  const isKnown = values.length > 0 && values.every((value) => (value ?? null) !== null);
  return isKnown ? JSON.stringify(values.map(String)) : null;
}
