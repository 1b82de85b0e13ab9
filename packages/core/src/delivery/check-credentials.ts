import type { WebhookRules } from './validate-webhook.js';

/** Says what is wrong with custom headers, or null. */
export function headersProblem(value: unknown): string | null {
  return typeof value === 'object' && value !== null ? null : 'expected names and values';
}

/** Says what is wrong with an auth, or null. */
export function authProblem(value: unknown, _rules: Pick<WebhookRules, 'urlPolicy'>): string | null {
  return typeof value === 'object' && value !== null ? null : 'expected an auth';
}

/** Says what is wrong with a client certificate, or null. */
export function tlsProblem(value: unknown): string | null {
  return typeof value === 'object' && value !== null ? null : 'expected PEM texts';
}
