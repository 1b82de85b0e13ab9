import { HooklineError } from '@hookline/core';
import type { Model } from 'sequelize';
import type { ModelBinding } from './model-binding.js';

const KNOWN: Readonly<Record<keyof ModelBinding<Model>, true>> = {
  created: true,
  updated: true,
  destroyed: true,
  restored: true,
  when: true,
  account: true,
  data: true,
  only: true,
  redact: true,
  ignore: true,
  changes: true,
  bulk: true,
  bulkRowCap: true,
  summary: true,
  transaction: true,
  onOutboxError: true,
  coalesce: true,
  capture: true,
};
const KEYS = Object.keys(KNOWN);

/** A misspelt key would make no event, and say nothing. Throws OPTION_INVALID, naming the nearest key. */
export function checkKeys(binding: object): void {
  const unknown = Object.keys(binding).find((key) => !KEYS.includes(key));
  if (unknown === undefined) return;
  const known = nearestTo(unknown);
  const expected = known === undefined ? `one of ${KEYS.join(', ')}` : `"${known}"`;
  throw new HooklineError('OPTION_INVALID', { option: 'binding', expected, got: `"${unknown}"` });
}

/** Throws OPTION_INVALID for a binding that makes no event. */
export function checkNotEmpty(modelName: string, types: readonly (string | undefined)[]): void {
  if (types.some((type) => type !== undefined)) return;
  throw new HooklineError('OPTION_INVALID', {
    option: 'binding',
    expected: `an event type for ${modelName} under created, updated, destroyed, restored or when`,
    got: 'none',
  });
}

/** The key with the longest beginning in common: what is mistaken is an ending (`create`, `accountId`). */
function nearestTo(name: string): string | undefined {
  const [best] = KEYS.map((key) => [key, commonLength(key, name)] as const).sort(([, a], [, b]) => b - a);
  return best && best[1] > 0 ? best[0] : undefined;
}

function commonLength(a: string, b: string): number {
  const differs = [...a].findIndex((letter, i) => letter !== b[i]);
  return differs === -1 ? a.length : differs;
}
