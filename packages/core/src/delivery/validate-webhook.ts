import { HooklineError, isHooklineError } from '../errors.js';
import type { AnyRegistry } from '../events/event-types.js';
import { isStorableId } from '../safe-text.js';
import { type UrlPolicy, urlProblem } from './guard-url.js';

const MAX_DESCRIPTION_LENGTH = 1_000;
const MAX_SUBSCRIPTIONS = 1_000;

export interface WebhookRules {
  /** Fields that must be there. */
  readonly required: readonly string[];
  readonly registry: AnyRegistry;
  readonly urlPolicy: UrlPolicy;
  /** Throws for a secret that cannot sign. */
  readonly assertSecret: (secret: string) => void;
}

type Check = (value: unknown, rules: WebhookRules) => string | null;

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
    const problem = check ? check(value, rules) : 'is not a field of a webhook';
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
