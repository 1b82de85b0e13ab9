import { HooklineError, invalidField } from '../errors.js';
import { matchesPattern } from '../events/event-pattern.js';
import type { AnyRegistry } from '../events/event-types.js';
import type { RowSources } from '../rows/row-sources.js';
import { isStorableId } from '../safe-text.js';
import type { HeaderProfile } from '../signing/header-profile.js';
import { authProblem, headersProblem, tlsProblem } from './check-credentials.js';
import { filterProblem } from './check-filter.js';
import { type UrlPolicy, urlProblem } from './guard-url.js';
import {
  changedSettings,
  SETTING_CHECKS,
  settingsConflict,
  type WebhookSettings,
} from './webhook-settings.js';

const MAX_DESCRIPTION_LENGTH = 1_000;
const MAX_SUBSCRIPTIONS = 1_000;

export interface WebhookRules {
  /** Fields that must be there. */
  readonly required: readonly string[];
  readonly registry: AnyRegistry;
  readonly urlPolicy: UrlPolicy;
  readonly rows: RowSources;
  /** The names of the hub's transforms. */
  readonly transforms: ReadonlySet<string>;
  /** The names of the profiles that there are. */
  readonly profiles: readonly string[];
  /** As they are before. */
  readonly settings: WebhookSettings;
  readonly target: Target;
  /** Says why this cannot be a secret for the profile, or null. */
  readonly secretProblem: (secret: unknown, profile: HeaderProfile | undefined) => string | null;
  /** Says why what signs now cannot sign with the profile, or null. */
  readonly misfitOf: (profile: HeaderProfile | undefined) => string | null;
}

/** Where requests go, and whether they bring a certificate or authorities of their own. */
export interface Target {
  readonly url: string | null;
  readonly hasTls: boolean;
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
    active: isTrueOrFalse,
    paused: isTrueOrFalse,
    secret: (value, { secretProblem, settings }, input) =>
      secretProblem(value, changedSettings(settings, input).profile),
    accountId: (value) =>
      value === null || isStorableId(value) ? null : 'expected text, a whole number or null',
    snapshot: snapshotProblem,
    signature: (value) => (value === 'v1' || value === 'v1a' ? null : 'expected "v1" or "v1a"'),
    ...clearable(SETTING_CHECKS),
    ...clearable({
      profile: profileProblem,
      filter: filterProblem,
      payload: payloadFormProblem,
      transform: transformProblem,
      headers: headersProblem,
      auth: authProblem,
      tls: tlsProblem,
    }),
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
  const settings = changedSettings(rules.settings, input as Input);
  const conflict = settingsConflict(settings);
  if (conflict !== null) fields.settings = conflict;
  const misfit = fields.profile === undefined ? rules.misfitOf(settings.profile) : null;
  if (misfit !== null) fields.profile = misfit;
  const { tls = fields.tls } = plainTlsProblem(input as Input, rules.target);
  if (tls !== undefined) fields.tls = tls;
  const problems = Object.entries(fields).map(([name, problem]) => `${name}: ${problem}`);
  if (problems.length > 0)
    throw new HooklineError('VALIDATION_FAILED', { problem: problems.join('; '), fields });
}

const FIXED: Readonly<Record<string, string>> = {
  secret: 'is changed by rotating it',
  signature: 'is changed by rotating the secret',
  accountId: 'cannot be changed',
  snapshot: 'cannot be changed',
};

/** A webhook keeps its account, its secrets are changed by rotation, and it is told of rows when it is new. Throws VALIDATION_FAILED. */
export function refuseFixed(change: object): void {
  const fixed = Object.keys(change).find((name) => Object.hasOwn(FIXED, name));
  if (fixed !== undefined) throw invalidField(fixed, FIXED[fixed] ?? '');
}

/** A certificate that is never shown makes somebody believe what is not so. */
function plainTlsProblem({ url, tls }: Input, before: Target): { readonly tls?: string } {
  const hasTls = tls === undefined ? before.hasTls : tls !== null;
  const target = url === undefined ? before.url : url;
  if (!hasTls || typeof target !== 'string' || !/^http:/i.test(target)) return {};
  return { tls: 'is for https: alone, and the url is http:; null takes it out' };
}

/** What may be left out may be taken out. */
function clearable(checks: Readonly<Record<string, Check>>): Readonly<Record<string, Check>> {
  const entries = Object.entries(checks).map(([name, check]): [string, Check] => [
    name,
    (value, rules, input) => (value === null ? null : check(value, rules, input)),
  ]);
  return Object.fromEntries(entries);
}

function isTrueOrFalse(value: unknown): string | null {
  return typeof value === 'boolean' ? null : 'expected true or false';
}

function profileProblem(value: unknown, { profiles }: WebhookRules): string | null {
  const names = profiles.map((name) => `"${name}"`).join(', ');
  return profiles.includes(value as string) ? null : `expected one of ${names}`;
}

function payloadFormProblem(value: unknown): string | null {
  const isForm = value === 'snapshot' || value === 'thin' || value === 'fresh';
  return isForm ? null : 'expected "snapshot", "thin" or "fresh"';
}

function transformProblem(value: unknown, { transforms }: WebhookRules): string | null {
  if (typeof value === 'string' && transforms.has(value)) return null;
  const names = [...transforms].map((name) => JSON.stringify(name)).join(', ');
  return `${JSON.stringify(value)} is none of the hub's transforms: ${names || 'there are none'}`;
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
