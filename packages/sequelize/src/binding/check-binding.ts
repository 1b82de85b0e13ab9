import { HooklineError } from '@hookline/core';
import type { Model, ModelStatic } from 'sequelize';
import type { Settings } from './binding-plan.js';
import type { ChangeCondition } from './changes.js';
import type { ModelBinding, ModelHub } from './model-binding.js';

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

const WORDS = {
  bulk: ['rows', 'summary', 'off'],
  transaction: ['auto', 'require', 'off'],
  onOutboxError: ['abort', 'log'],
  capture: ['hooks', 'trigger'],
} as const satisfies { readonly [Key in keyof Settings]?: readonly Settings[Key][] };

const MAX_BULK_ROW_CAP = 1_000_000;

export function checkModel(model: ModelStatic<Model>): void {
  if (model?.sequelize) return;
  refuse('model', 'a model that Model.init or sequelize.define has made', model?.name ?? typeof model);
}

/** A misspelt key would make no event, and say nothing. Throws OPTION_INVALID, naming the nearest key. */
export function checkKeys(binding: object): void {
  if (typeof binding !== 'object' || binding === null) refuse('binding', 'an object', quoted(binding));
  const unknown = Object.keys(binding).find((key) => !KEYS.includes(key));
  if (unknown === undefined) return;
  const known = nearestTo(unknown);
  const expected = known === undefined ? `one of ${KEYS.join(', ')}` : `"${known}"`;
  refuse('binding', expected, `"${unknown}"`);
}

/** Throws OPTION_INVALID. */
export function checkSettings(binding: ModelBinding<Model>, settings: Settings): void {
  const { summary, data, changes, when = {} } = binding;
  checkType('data', data, 'function');
  checkType('changes', changes, 'boolean');
  checkType('coalesce', settings.coalesce, 'boolean');
  for (const [type, holds] of Object.entries(when)) checkType(`when["${type}"]`, holds, 'function');
  for (const option of Object.keys(WORDS) as (keyof typeof WORDS)[]) {
    const words: readonly string[] = WORDS[option];
    if (words.includes(settings[option])) continue;
    refuse(option, `one of ${words.map((word) => `"${word}"`).join(', ')}`, quoted(settings[option]));
  }
  const { bulk, bulkRowCap } = settings;
  const isCap = Number.isInteger(bulkRowCap) && bulkRowCap >= 1 && bulkRowCap <= MAX_BULK_ROW_CAP;
  if (!isCap) refuse('bulkRowCap', `a whole number from 1 to ${MAX_BULK_ROW_CAP}`, quoted(bulkRowCap));
  if (bulk === 'summary' && summary === undefined) {
    refuse('summary', 'an event type, for bulk is "summary"', 'none');
  }
}

function checkType(option: string, value: unknown, type: 'function' | 'boolean'): void {
  if (value !== undefined && typeof value !== type) refuse(option, `a ${type}`, quoted(value));
}

/** What is not stored cannot commit with a row. Throws EVENT_TYPE_UNKNOWN, OPTION_INVALID. */
export function checkTypes({ registry }: ModelHub, types: readonly (string | undefined)[]): void {
  for (const type of types) {
    if (type === undefined) continue;
    registry?.assertKnown(type);
    if (!registry?.isTransient(type)) continue;
    refuse('binding', 'event types that are stored', `"${type}", which is transient`);
  }
}

/** Throws OPTION_INVALID for a condition that can never hold. */
export function checkConditions(
  model: ModelStatic<Model>,
  when: readonly (readonly [type: string, holds: ChangeCondition])[],
  ignored: readonly string[],
): void {
  const names = when.flatMap(([, { attribute }]) => attribute ?? []);
  checkAttributes(model, 'when', names);
  const inBoth = names.find((name) => ignored.includes(name));
  if (inBoth !== undefined) refuse('when', 'attributes that are not under ignore', `"${inBoth}"`);
}

/** A misspelt name would hide nothing, or never hold. Throws OPTION_INVALID. */
export function checkAttributes(model: ModelStatic<Model>, option: string, names: readonly string[]): void {
  const known = model.getAttributes();
  if (!Array.isArray(names)) refuse(option, 'a list of attributes', quoted(names));
  const unknown = names.find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) refuse(option, `attributes of ${model.name}`, quoted(unknown));
}

/** Throws OPTION_INVALID for a binding that makes no event. */
export function checkNotEmpty(
  modelName: string,
  { created, updated, destroyed, restored, summary, when = {} }: ModelBinding<Model>,
  bulk: Settings['bulk'],
): void {
  const types = [created, updated, destroyed, restored, ...Object.keys(when)];
  if (types.some((type) => type !== undefined)) return;
  if (summary !== undefined && bulk !== 'off') return;
  const places = 'created, updated, destroyed, restored or when';
  const got = summary === undefined ? 'none' : 'a summary alone, with bulk "off"';
  refuse('binding', `an event type for ${modelName} under ${places}`, got);
}

function refuse(option: string, expected: string, got: string): never {
  throw new HooklineError('OPTION_INVALID', { option, expected, got });
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
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
