import { HooklineError, isHooklineError } from '../errors.js';
import { matchesPattern } from '../events/event-pattern.js';
import type { AnyRegistry } from '../events/event-types.js';
import type { RowSources } from '../rows/row-sources.js';
import { isStorableId } from '../safe-text.js';
import { type UrlPolicy, urlProblem } from './guard-url.js';

const MAX_DESCRIPTION_LENGTH = 1_000;
const MAX_SUBSCRIPTIONS = 1_000;

export interface WebhookRules {
  /** Fields that must be there. */
  readonly required: readonly string[];
  readonly registry: AnyRegistry;
  readonly urlPolicy: UrlPolicy;
  readonly rows: RowSources;
  /** Throws for a secret that cannot sign. */
  readonly assertSecret: (secret: string) => void;
}

type Input = Readonly<Record<string, unknown>>;
type Check = (value: unknown, rules: WebhookRules, input: Input) => string | null;

const CHECKS: ReadonlyMap<string, Check> = new Map(
  Object.entries({
    url: (value, rules) => urlProblem(value, rules.urlPolicy),
    subscriptions: subscriptionsProblem,
    description: (value) =>
      value === null ||
      (typeof value === 'string' && value.length <= MAX_DESCRIPTION_LENGTH && !value.includes('\0'))
        ? null
        : `expected text of at most ${MAX_DESCRIPTION_LENGTH} characters, without NUL`,
    active: (value) => (typeof value === 'boolean' ? null : 'expected true or false'),
    secret: secretProblem,
    accountId: (value) =>
      value === null || isStorableId(value) ? null : 'expected text, a whole number or null',
    snapshot: snapshotProblem,
  } satisfies Record<string, Check>),
);

/** Checks what a person or a program wants a webhook to be. Throws VALIDATION_FAILED with a text per field. */
export function validateWebhook(input: object, rules: WebhookRules): void {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const name of rules.required) {
    if (!(name in input)) fields[name] = 'is required';
  }
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const check = CHECKS.get(name);
    const problem = check ? check(value, rules, input as Input) : 'is not a field of a webhook';
    if (problem !== null) fields[name] = problem;
  }
  const problems = Object.entries(fields).map(([name, problem]) => `${name}: ${problem}`);
  if (problems.length > 0)
    throw new HooklineError('VALIDATION_FAILED', { problem: problems.join('; '), fields });
}

function subscriptionsProblem(value: unknown, { registry }: WebhookRules): string | null {
  if (!Array.isArray(value)) return 'expected a list of event patterns';
  if (value.length === 0) return 'expected at least one event pattern';
  if (value.length > MAX_SUBSCRIPTIONS) return `expected at most ${MAX_SUBSCRIPTIONS} event patterns`;
  for (const pattern of value as readonly unknown[]) {
    if (typeof pattern === 'string' && registry.isSubscribable(pattern)) continue;
    const suggestion = typeof pattern === 'string' ? registry.suggestSubscription(pattern) : null;
    const didYouMean = suggestion === null ? '' : `; did you mean "${suggestion}"?`;
    return `${JSON.stringify(pattern)} matches no event type that webhooks can have${didYouMean}`;
  }
  return null;
}

function snapshotProblem(value: unknown, rules: WebhookRules, { subscriptions }: Input): string | null {
  if (!Array.isArray(value)) return 'expected a list of names of bound models';
  for (const name of value as readonly unknown[]) {
    const type = typeof name === 'string' ? snapshotTypeOf(name, rules) : null;
    if (type === null) return `${JSON.stringify(name)} is none of ${knownModels(rules)}`;
    if (!isMatched(type, subscriptions)) {
      return `${JSON.stringify(name)} comes as "${type}", which no subscription of the webhook takes in`;
    }
  }
  return null;
}

/** The event type that tells webhooks of the rows of a model; null where none does. */
function snapshotTypeOf(name: string, { rows, registry }: WebhookRules): string | null {
  const type = rows.named(name)?.snapshotType ?? null;
  return type !== null && registry.visibilityOf(type) === 'subscribable' ? type : null;
}

function knownModels(rules: WebhookRules): string {
  const names = rules.rows.names.filter((name) => snapshotTypeOf(name, rules) !== null);
  const list = names.map((name) => JSON.stringify(name)).join(', ');
  return `the bound models whose rows webhooks can have: ${list || 'there are none'}`;
}

/** What is wrong with the subscriptions themselves is told of them. */
function isMatched(type: string, subscriptions: unknown): boolean {
  if (!Array.isArray(subscriptions)) return true;
  return subscriptions.some((pattern) => typeof pattern === 'string' && matchesPattern(pattern, type));
}

function secretProblem(value: unknown, { assertSecret }: WebhookRules): string | null {
  if (typeof value !== 'string') return 'expected text';
  try {
    assertSecret(value);
    return null;
  } catch (error) {
    if (isHooklineError(error)) return String(error.details.problem ?? error.message);
    throw error;
  }
}
