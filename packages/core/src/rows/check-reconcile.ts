import { HooklineError } from '../errors.js';
import { whole } from '../options.js';
import type { ReconcileOptions } from '../ports/row-source.js';

const KNOWN: Readonly<Record<keyof ReconcileOptions, true>> = { since: true, batchSize: true, dryRun: true };

/** A misspelt `dryRun` would tell everybody. Throws OPTION_INVALID. */
export function checkReconcile(options: ReconcileOptions): void {
  const unknown = Object.keys(options).find((key) => !Object.hasOwn(KNOWN, key));
  if (unknown !== undefined) refuse('reconcile', `only ${Object.keys(KNOWN).join(', ')}`, `"${unknown}"`);
  const { dryRun, since, batchSize } = options;
  if (dryRun !== undefined && typeof dryRun !== 'boolean') refuse('dryRun', 'true or false', typeof dryRun);
  whole('since', since, 0, [0, 8.64e15]);
  whole('batchSize', batchSize, 1, [1, 10_000]);
}

function refuse(option: string, expected: string, got: string): never {
  throw new HooklineError('OPTION_INVALID', { option, expected, got });
}
