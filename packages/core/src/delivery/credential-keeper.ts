import { remember } from '../remember.js';
import type { SecretBox } from '../signing/secret-box.js';
import { CREDENTIAL_NAMES, type Credentials } from './credentials.js';

const MAX_CACHED = 10_000;
const NONE: Credentials = {};

/** Seals and opens the credentials of webhooks. */
export interface CredentialKeeper {
  /** Null for none. */
  seal(credentials: Credentials): string | null;
  /** Throws SECRET_UNREADABLE. */
  open(sealed: string | null): Credentials;
  /** Under the current key; the same text where it is. Throws SECRET_UNREADABLE. */
  reseal(sealed: string | null): string | null;
}

export function credentialKeeper(box: SecretBox): CredentialKeeper {
  const opened = remember((sealed) => JSON.parse(box.open(sealed)) as Credentials, MAX_CACHED);
  return {
    seal: (credentials) =>
      CREDENTIAL_NAMES.some((name) => credentials[name] !== undefined)
        ? box.seal(JSON.stringify(credentials))
        : null,
    open: (sealed) => (sealed === null ? NONE : opened(sealed)),
    reseal: (sealed) => (sealed === null || box.isCurrent(sealed) ? sealed : box.seal(box.open(sealed))),
  };
}

/** What `changes` make of credentials: a value replaces, null takes out, and what is not there stays. */
export function changedCredentials(
  credentials: Credentials,
  changes: Readonly<Record<string, unknown>>,
): Credentials {
  const merged: Record<string, unknown> = { ...credentials };
  for (const name of CREDENTIAL_NAMES) {
    const value = changes[name];
    if (value === null) delete merged[name];
    else if (value !== undefined) merged[name] = value;
  }
  return merged as Credentials;
}
