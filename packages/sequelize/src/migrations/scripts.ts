import { createTables } from './001-create-tables.js';
import type { MigrationScript } from './migration-script.js';

/** All there are, in the order they are applied. */
export const SCRIPTS: readonly MigrationScript[] = [createTables];
