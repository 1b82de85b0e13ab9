import type { ReceiptRecord } from '../inbound/receipt.js';
import type { Page, Scope } from '../ports/store.js';

/** Who holds a row, until when; the same for deliveries and runs. */
export interface Leased {
  readonly lease: string | null;
  readonly leasedUntil: number;
}

export const UNLEASED: Leased = { lease: null, leasedUntil: 0 };

export function inScope(row: { readonly accountId: string | null }, scope: Scope): boolean {
  return scope.accountId === undefined || row.accountId === scope.accountId;
}

/** What tells a repeated request, over all sources. */
export function receiptKey({ source, dedupeKey }: ReceiptRecord): string {
  return JSON.stringify([source, dedupeKey]);
}

/** Newest first by id, after the cursor. */
export function page<Row extends { readonly id: string }>(
  rows: Iterable<Row>,
  { limit, before }: Page,
): Row[] {
  return [...rows]
    .filter((row) => before === undefined || row.id < before)
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, limit);
}

export function isAsked<Value>(asked: Value | undefined, value: Value): boolean {
  return asked === undefined || asked === value;
}
