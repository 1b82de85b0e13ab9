import { invalidField } from '../errors.js';
import type { RotationOptions } from '../hub-services.js';
import type { Clock } from '../ports/clock.js';
import type { WebhookStore } from '../ports/store.js';
import type { SignatureKind } from '../signing/signing-key.js';
import type { CredentialKeeper } from './credential-keeper.js';
import type { WebhookRecord } from './webhook.js';
import type { SecretKeeper } from './webhook-secrets.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
const MAX_OVERLAP_MS = 7 * DAY_MS;
const PAGE = 200;

export interface RotationDeps {
  readonly webhooks: WebhookStore;
  readonly secrets: SecretKeeper;
  readonly credentials: CredentialKeeper;
  readonly clock: Clock;
}

/**
 * Puts a new secret in front of a webhook's. Of two who do so at once each finds what the other did: a secret that was
 * given out must not get lost.
 *
 * @param find the webhook as it is now; throws where there is none
 */
export async function rotateSecret(
  { webhooks, secrets, clock }: RotationDeps,
  find: () => Promise<WebhookRecord>,
  { overlapMs = DAY_MS, secret: given, signature }: RotationOptions,
): Promise<string> {
  checkOverlap(overlapMs);
  checkSignature(signature);
  for (;;) {
    const before = await find();
    const { profile } = before.settings;
    const kind = signature ?? secrets.kindOf(before);
    const secret = given === undefined ? secrets.generate(kind) : given;
    const problem = secrets.problemOf(secret, profile);
    if (problem !== null) throw invalidField(given === undefined ? 'signature' : 'secret', problem);
    const now = clock.now();
    const patch = { secrets: secrets.rotate(before.secrets, secret, { now, overlapMs }), updatedAt: now };
    // the profile, which the secret has to fit, is one of the settings
    const expected = { secrets: before.secrets, settings: before.settings };
    if (await webhooks.update(before.id, {}, patch, expected)) return secrets.shown(secret);
  }
}

/** Page by page, and around whoever changes a webhook meanwhile. Answers how many there were to seal anew. */
export async function resealAll(deps: RotationDeps): Promise<number> {
  let count = 0;
  for (let before: string | undefined; ; ) {
    const page = await deps.webhooks.list({ limit: PAGE, ...(before !== undefined && { before }) });
    for (const webhook of page) if (await reseal(deps, webhook)) count += 1;
    before = page.at(-1)?.id;
    if (page.length < PAGE) return count;
  }
}

async function reseal(deps: RotationDeps, webhook: WebhookRecord): Promise<boolean> {
  const { webhooks, secrets, credentials } = deps;
  const patch = {
    secrets: secrets.reseal(webhook.secrets),
    credentials: credentials.reseal(webhook.credentials),
    updatedAt: webhook.updatedAt,
  };
  if (patch.secrets === webhook.secrets && patch.credentials === webhook.credentials) return false;
  const expected = { secrets: webhook.secrets, credentials: webhook.credentials };
  if (await webhooks.update(webhook.id, {}, patch, expected)) return true;
  const changed = await webhooks.get(webhook.id, {});
  return changed !== null && reseal(deps, changed);
}

function checkSignature(signature: SignatureKind | undefined): void {
  if (signature === undefined || signature === 'v1' || signature === 'v1a') return;
  throw invalidField('signature', 'expected "v1" or "v1a"');
}

function checkOverlap(overlapMs: number): void {
  if (Number.isInteger(overlapMs) && overlapMs >= 0 && overlapMs <= MAX_OVERLAP_MS) return;
  throw invalidField('overlapMs', `expected whole milliseconds from 0 to ${MAX_OVERLAP_MS} (7 days)`);
}
