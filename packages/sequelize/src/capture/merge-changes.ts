import { isDeepStrictEqual } from 'node:util';
import type { Changes } from '@hookline/core';
import type { Model, ModelStatic } from 'sequelize';
import { deletedAtOf } from '../binding/changes.js';
import { compareRow } from './compare-rows.js';
import type { RowChange } from './row-change.js';

type Kind = RowChange['kind'];

/** What several changes of one row amount to. */
export interface NetChange {
  /** What happened to it first and last. */
  readonly first: Kind;
  readonly last: Kind;
  readonly row: Model;
  /** Of all that time, also where the row went in between. */
  readonly changes: Changes;
}

export function netOf({ kind, row, changes }: RowChange): NetChange {
  return { first: kind, last: kind, row, changes };
}

/** Null where it comes to nothing. */
export function changeOf({ first, last, row, changes }: NetChange): RowChange | null {
  const wasThere = first === 'updated' || first === 'destroyed';
  if (last === 'destroyed') return wasThere ? { kind: 'destroyed', row, changes: {} } : null;
  if (first === 'created') return { kind: 'created', row, changes: {} };
  if (first === 'restored') return { kind: 'restored', row, changes };
  return Object.keys(changes).length === 0 ? null : { kind: 'updated', row, changes };
}

/** Associative: a history may be merged in any parts, as long as they stand in order. */
export function merge(model: ModelStatic<Model>, one: NetChange, next: NetChange): NetChange {
  const cameAgain = one.last === 'destroyed' && next.first === 'created';
  const more = cameAgain ? (compareRow(model, one.row, next.row)?.changes ?? {}) : next.changes;
  const { first } = one;
  const { last, row } = next;
  const wasThere = first === 'updated' || first === 'destroyed';
  const changes = mergeDiffs(one.changes, more);
  if (!wasThere || last === 'destroyed' || !model.options.paranoid) return { first, last, row, changes };
  const { [deletedAtOf(model)]: _, ...whileThere } = changes;
  return { first, last, row, changes: whileThere };
}

/** From what it was at first to what it is at last; what is the same again is left out. */
function mergeDiffs(one: Changes, next: Changes): Changes {
  const merged: Record<string, Changes[string]> = { ...one };
  for (const [name, { previous, current }] of Object.entries(next)) {
    const change = { previous: one[name] ? one[name].previous : previous, current };
    if (isDeepStrictEqual(change.previous, change.current)) delete merged[name];
    else merged[name] = change;
  }
  return merged;
}
