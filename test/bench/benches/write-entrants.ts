import { BULK_ROWS, type WriteOrder, type WriterKind } from '../programs/write-messages.ts';

/** What is called, and how many of it at once. */
export interface Shape {
  readonly title: string;
  readonly kind: Exclude<WriteOrder['kind'], 'settle'>;
  readonly lanes: number;
  /** Of Sequelize's pool. */
  readonly connections: number;
}

const ROWS = BULK_ROWS.toLocaleString('en');

export const ALONE: Shape = { title: 'one at a time', kind: 'create', lanes: 1, connections: 1 };
export const AT_ONCE: Shape = { title: '20 at once', kind: 'create', lanes: 20, connections: 10 };
export const BULK_CREATE: Shape = {
  title: `bulkCreate of ${ROWS}`,
  kind: 'bulk-create',
  lanes: 1,
  connections: 1,
};
export const BULK_UPDATE: Shape = {
  title: `update of ${ROWS}`,
  kind: 'bulk-update',
  lanes: 1,
  connections: 1,
};

/** A contender. */
export interface Entrant {
  readonly name: string;
  readonly writer: WriterKind;
  readonly isInTransaction: boolean;
  /** Whether its process delivers, too: to one webhook. */
  readonly hasAllRoles: boolean;
  readonly shapes: readonly Shape[];
}

const CREATES = [ALONE, AT_ONCE];
const ALL = [...CREATES, BULK_CREATE, BULK_UPDATE];

export const NOT_BOUND = entrant('not bound', 'nobody', ALL);
/** What all are compared with. */
export const BASELINE = inTransaction(entrant('not bound', 'nobody', CREATES));
export const BY_HAND = inTransaction(entrant('by hand', 'outbox-row', CREATES));
export const HOOKS = entrant('hooks', 'hooks', ALL);
export const HOOKS_INSIDE = inTransaction(entrant('hooks', 'hooks', CREATES));
export const HOOKS_ALL_ROLES: Entrant = {
  ...entrant('hooks with all roles', 'hooks', CREATES),
  hasAllRoles: true,
};
export const TRIGGER = entrant('trigger', 'trigger', ALL);
export const TRIGGER_INSIDE = inTransaction(entrant('trigger', 'trigger', CREATES));

export const ENTRANTS: readonly Entrant[] = [
  NOT_BOUND,
  BASELINE,
  BY_HAND,
  HOOKS,
  HOOKS_INSIDE,
  HOOKS_ALL_ROLES,
  TRIGGER,
  TRIGGER_INSIDE,
];

export const SHAPES = ALL;

function entrant(name: string, writer: WriterKind, shapes: readonly Shape[]): Entrant {
  return { name, writer, shapes, isInTransaction: false, hasAllRoles: false };
}

function inTransaction(one: Entrant): Entrant {
  return { ...one, name: `${one.name} in a transaction`, isInTransaction: true };
}

export function resultName({ name }: Entrant, { title }: Shape): string {
  return `${name}, ${title}`;
}
