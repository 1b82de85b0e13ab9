/** A query in the language of MongoDB on an event as it is sent: `{ 'data.total': { $gte: 100 } }`. */
export type Filter = Readonly<Record<string, unknown>>;

/** Says what is wrong with a filter, or null. */
export function filterProblem(filter: unknown): string | null {
  return typeof filter === 'object' && filter !== null ? null : 'expected a query';
}
