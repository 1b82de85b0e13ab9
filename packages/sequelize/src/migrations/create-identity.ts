import type { Tables } from '../tables.js';

/** Where these tables are at home: what finds them elsewhere has a copy. */
export function createIdentity({ identity }: Tables): readonly string[] {
  return [
    `CREATE TABLE ${identity} (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  fingerprint text NOT NULL,
  environment text NOT NULL
)`,
  ];
}
