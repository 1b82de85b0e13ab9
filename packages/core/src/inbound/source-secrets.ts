import { HooklineError } from '../errors.js';
import type { InboundRequest } from './inbound-request.js';

/** One secret, or several while one takes the place of another: any of them may have signed. */
export type SourceSecret = string | readonly string[];

/** Finds the secret for a request, in an app whose tenants have each their own; nothing where nobody knows the tenant. */
export type SecretLookup = (
  request: InboundRequest,
) => SourceSecret | null | undefined | Promise<SourceSecret | null | undefined>;

/** The secrets of a source. Throws SOURCE_SECRET_MISSING where there is none, or an empty or blank one among them. */
export function requireSecrets(kind: string, secret: unknown): readonly string[] {
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  const problem =
    secrets.length === 0 ? 'an empty list' : secrets.map(problemOf).find((text) => text !== null);
  if (problem) throw new HooklineError('SOURCE_SECRET_MISSING', { source: kind, got: problem });
  return secrets as readonly string[];
}

function problemOf(secret: unknown): string | null {
  if (secret === null) return 'null';
  if (typeof secret !== 'string') return typeof secret;
  if (secret === '') return 'an empty string';
  return secret.trim() === '' ? 'a blank string' : null;
}
