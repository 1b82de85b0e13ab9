import type { InboundAppKind, VerifierKind } from '../programs/inbound-messages.ts';

/** An app that takes requests in, over HTTP. */
export interface AppEntrant {
  readonly name: string;
  readonly app: InboundAppKind;
  /** Where what it stores is counted; null where it stores nothing. */
  readonly tables: readonly string[] | null;
}

export const BARE: AppEntrant = { name: 'by hand, verified only', app: 'bare', tables: null };
export const VERIFY: AppEntrant = { name: 'verify(), verified only', app: 'verify', tables: null };
export const BY_HAND: AppEntrant = {
  name: 'by hand, stored',
  app: 'by-hand',
  tables: ['inbound_rows'],
};
export const RECEIPTS: AppEntrant = {
  name: 'inbound(), stored',
  app: 'receipts',
  tables: ['hookline_receipts', 'hookline_events'],
};
export const APPS: readonly AppEntrant[] = [BARE, VERIFY, BY_HAND, RECEIPTS];

/** Ours and theirs, for the same sender. */
export const PAIRS: readonly (readonly [ours: VerifierKind, theirs: VerifierKind])[] = [
  ['hookline stripe', 'npm stripe'],
  ['hookline standardWebhooks', 'npm standardwebhooks'],
  ['hookline github', 'npm @octokit/webhooks-methods'],
];

export function verifierName(verifier: VerifierKind): string {
  return `${verifier}, per verification`;
}
