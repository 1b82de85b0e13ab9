import type { Role } from '@hookline/core';

/** Who tells of what is written in `write`: nobody, Hookline's hooks or triggers, or a second row written by hand. */
export type WriterKind = 'nobody' | 'hooks' | 'trigger' | 'outbox-row';

export interface WriterConfig {
  readonly writer: WriterKind;
  readonly databaseUrl: string;
  /** Of Sequelize's pool. */
  readonly connections: number;
  /** Whether the app has each call in a transaction of its own. */
  readonly isInTransaction: boolean;
  /** What the hub of this process does. Default: all. */
  readonly roles?: readonly Role[];
  /** Where a webhook is that hears of everything. Default: there is none. */
  readonly receiverUrl?: string;
}

/** The rows of one bulk call. */
export const BULK_ROWS = 1_000;

export type WriteOrder =
  /** So many calls, so many of them at once. An update takes the rows that follow those of the one before it. */
  | {
      readonly kind: 'create' | 'bulk-create' | 'bulk-update';
      readonly calls: number;
      readonly lanes: number;
    }
  /** Answered when all that was written is delivered. */
  | { readonly kind: 'settle' };

export interface Written {
  /** How long each call took, in milliseconds. */
  readonly times: readonly number[];
  readonly tookMs: number;
  readonly cpuMs: number;
}
