import { isHooklineError } from '../errors.js';
import { type HeaderProfile, takesEd25519, takesText } from './header-profile.js';
import { textSecret } from './secret.js';
import { keyOf, kindOf, signingKey } from './signing-key.js';

/** Says why this cannot be the secret of a webhook with this profile, or null. Never repeats it. */
export function secretProblem(secret: unknown, profile: HeaderProfile): string | null {
  if (typeof secret !== 'string') return 'expected text';
  try {
    if (kindOf(secret) === 'v1' && takesText(profile)) textSecret(secret);
    else signingKey(secret);
  } catch (error) {
    if (isHooklineError(error)) return String(error.details.problem ?? error.message);
    throw error;
  }
  return misfit([secret], profile);
}

/** Says why receivers of this profile could not verify by these secrets, which were taken for another one; or null. */
export function misfit(secrets: readonly string[], profile: HeaderProfile): string | null {
  const kinds = new Set(secrets.map((secret) => keyOf(secret).kind));
  if (kinds.has('v1a') && !takesEd25519(profile)) return `"${profile}" has no signatures by Ed25519 (v1a)`;
  if (!kinds.has('text') || takesText(profile)) return null;
  return `"${profile}" needs secrets of "whsec_...", and one that signs now is plain text: rotate it first, with overlapMs 0`;
}
