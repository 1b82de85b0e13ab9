import type { Changes, Subject } from '../events/event.js';
import type { RowSources } from '../rows/row-sources.js';

/** A payload, parsed. */
export interface PayloadContent {
  readonly type: string;
  readonly timestamp: string;
  readonly account: { readonly id: string | number | null };
  readonly data?: unknown;
  readonly changes?: Changes;
  readonly subject?: Subject;
}

/** What happened to what, without saying how: the receiver asks for the rest. */
export function thinContent({ type, timestamp, account, subject }: PayloadContent, id: string) {
  return { id, type, timestamp, account, ...(subject && { subject }) };
}

/**
 * With the data that the binding makes of the row now, and without the changes, which led elsewhere meanwhile. Null where
 * the row is gone. What is about no row of a bound model stays as it was, and so does what tells that a row was destroyed.
 */
export async function withFreshData(
  rows: RowSources,
  content: PayloadContent,
): Promise<PayloadContent | null> {
  const { subject, type } = content;
  const source = subject === undefined ? null : rows.named(subject.type);
  if (!source?.readData || subject === undefined) return content;
  const fresh = await source.readData(String(subject.id), type);
  if (fresh === 'gone') return null;
  if (fresh === 'unknown') return content;
  const { changes: _, ...rest } = content;
  return { ...rest, data: fresh.data };
}
