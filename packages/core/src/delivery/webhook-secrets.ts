import { HooklineError } from '../errors.js';
import { remember } from '../remember.js';
import {
  BUILT_IN_PROFILES,
  type HeaderProfile,
  type Profile,
  type Profiles,
} from '../signing/header-profile.js';
import type { SecretBox } from '../signing/secret-box.js';
import { misfit, type NamedProfile, secretProblem } from '../signing/secret-fit.js';
import {
  generateSigningSecret,
  keyOf,
  kindOf,
  type SignatureKind,
  type SigningKey,
  verifyingSecret,
} from '../signing/signing-key.js';
import type { StoredSecret, WebhookRecord } from './webhook.js';

/** The spec's signature header should not grow without end. */
const MAX_SECRETS = 10;
const MAX_CACHED = 10_000;

/** Makes, keeps, opens and rotates the secrets of webhooks. */
export interface SecretKeeper {
  generate(kind?: SignatureKind): string;
  /** What of a secret is given out: of a pair of keys the public one. */
  shown(secret: string): string;
  /** How the newest secret signs. */
  kindOf(webhook: Pick<WebhookRecord, 'secrets'>): SignatureKind;
  /** Says why this cannot be the secret of a webhook with this profile, or null. Never repeats it. */
  readonly problemOf: (secret: unknown, profile: HeaderProfile | undefined) => string | null;
  /** Says why the secrets that sign now cannot sign with this profile, or null. Throws SECRET_UNREADABLE. */
  misfitOf(
    webhook: Pick<WebhookRecord, 'secrets'>,
    profile: HeaderProfile | undefined,
    now: number,
  ): string | null;
  /** How the requests of a webhook are signed. Throws PROFILE_MISSING where this hub has not what it names. */
  readonly profileOf: (webhook: Pick<WebhookRecord, 'settings'>) => Profile;
  /** The secrets of a new webhook. */
  first(secret: string, now: number): readonly StoredSecret[];
  /** The new secret in front; the ones before it sign until `now + overlapMs`, or earlier where that was settled before. */
  rotate(
    secrets: readonly StoredSecret[],
    secret: string,
    at: { readonly now: number; readonly overlapMs: number },
  ): readonly StoredSecret[];
  /** Under the current key; the same list where all are. Throws SECRET_UNREADABLE. */
  reseal(secrets: readonly StoredSecret[]): readonly StoredSecret[];
  reveal(webhook: WebhookRecord, now: number): readonly string[];
  /** Those that sign now, newest first. Throws SECRET_UNREADABLE. */
  readonly signingKeys: (webhook: WebhookRecord, now: number) => readonly SigningKey[];
}

export function secretKeeper(box: SecretBox, profiles: Profiles = BUILT_IN_PROFILES): SecretKeeper {
  const keyUnder = remember((sealed) => keyOf(box.open(sealed)), MAX_CACHED);
  const seal = (secret: string, now: number): StoredSecret => ({
    sealed: box.seal(secret),
    createdAt: now,
    expiresAt: null,
  });

  return {
    generate: generateSigningSecret,
    problemOf: (secret, name) => secretProblem(secret, named(profiles, name)),
    misfitOf: (webhook, name, now) =>
      misfit(
        signing(webhook, now).map(({ sealed }) => box.open(sealed)),
        named(profiles, name),
      ),
    profileOf: ({ settings }) => named(profiles, settings.profile).profile,
    shown: verifyingSecret,
    kindOf: ({ secrets: [newest] }) => (newest === undefined ? 'v1' : kindOf(box.open(newest.sealed))),
    first: (secret, now) => [seal(secret, now)],
    rotate(secrets, secret, { now, overlapMs }) {
      const until = now + overlapMs;
      const older = secrets
        .map((old) => ({ ...old, expiresAt: Math.min(old.expiresAt ?? until, until) }))
        .filter((old) => isSigning(old, now));
      return [seal(secret, now), ...older].slice(0, MAX_SECRETS);
    },
    reseal: (secrets) =>
      secrets.every(({ sealed }) => box.isCurrent(sealed))
        ? secrets
        : secrets.map((secret) => ({ ...secret, sealed: box.seal(box.open(secret.sealed)) })),
    reveal: (webhook, now) => signing(webhook, now).map(({ sealed }) => verifyingSecret(box.open(sealed))),
    signingKeys: (webhook, now) => signing(webhook, now).map(({ sealed }) => keyUnder(sealed)),
  };
}

function signing({ secrets }: Pick<WebhookRecord, 'secrets'>, now: number): readonly StoredSecret[] {
  return secrets.filter((secret) => isSigning(secret, now));
}

function isSigning({ expiresAt }: StoredSecret, now: number): boolean {
  return expiresAt === null || expiresAt > now;
}

/** A webhook that names none has `standard`. */
function named(profiles: Profiles, name: HeaderProfile = 'standard'): NamedProfile {
  const profile = profiles.get(name);
  if (profile) return { name, profile };
  throw new HooklineError('PROFILE_MISSING', { profile: name });
}
