import { isHooklineError } from '../errors.js';
import type { Profile } from './header-profile.js';
import { textSecret } from './secret.js';
import { keyOf, kindOf, signingKey } from './signing-key.js';

/** A profile, and the name that the owner knows it by. */
export interface NamedProfile {
  readonly name: string;
  readonly profile: Profile;
}

/** Says why this cannot be the secret of a webhook with this profile, or null. Never repeats it. */
export function secretProblem(secret: unknown, named: NamedProfile): string | null {
  if (typeof secret !== 'string') return 'expected text';
  try {
    if (kindOf(secret) === 'v1' && named.profile.takesText) textSecret(secret);
    else signingKey(secret);
  } catch (error) {
    if (isHooklineError(error)) return String(error.details.problem ?? error.message);
    throw error;
  }
  return misfit([secret], named);
}

/** Says why receivers of this profile could not verify by these secrets, which were taken for another one; or null. */
export function misfit(secrets: readonly string[], { name, profile }: NamedProfile): string | null {
  const kinds = new Set(secrets.map((secret) => keyOf(secret).kind));
  if (kinds.has('v1a') && !profile.takesEd25519) return `"${name}" has no signatures by Ed25519 (v1a)`;
  if (kinds.has('text') && !profile.takesText)
    return `"${name}" needs secrets of "whsec_...", and one that signs now is plain text: rotate it first, with overlapMs 0`;
  const problems = secrets.map((secret) => profile.secretProblem?.(secret) ?? null);
  return problems.find((problem) => problem !== null) ?? null;
}
