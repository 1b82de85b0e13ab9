import type { Tables } from '../tables.js';

/** One step of the schema. Once released it is never changed: a new step follows. */
export interface MigrationScript {
  /** Sorts by its number; recorded under this name. */
  readonly name: string;
  /** Statements without parameters. */
  up(tables: Tables): readonly string[];
  down(tables: Tables): readonly string[];
}
