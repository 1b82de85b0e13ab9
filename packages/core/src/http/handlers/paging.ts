import { HooklineError } from '../../errors.js';
import { DEFAULT_LIMIT } from '../../scope.js';
import type { HttpRequest, HttpResponse } from '../types.js';

const CURSOR = /^[a-z]+_[0-9a-z_]{10,}$/;

export interface PageRequest {
  readonly limit: number;
  readonly before?: string;
}

/** `?limit=` (1 to 250, default 50) and `?cursor=`. Throws VALIDATION_FAILED, CURSOR_INVALID. */
export function pageOf({ query }: HttpRequest): PageRequest {
  const { limit, cursor } = query;
  const size = limit === undefined ? DEFAULT_LIMIT : Number(limit);
  if (cursor === undefined) return { limit: size };
  if (!CURSOR.test(cursor)) throw new HooklineError('CURSOR_INVALID', { cursor });
  return { limit: size, before: cursor };
}

/** A page, and the cursor of the next one; null where this is the last. */
export function respondPage(
  rows: readonly { readonly id: string }[],
  { limit }: PageRequest,
  present: (row: never) => unknown = (row) => row,
): HttpResponse {
  const last = rows.at(-1);
  const nextCursor = rows.length === limit && last ? last.id : null;
  return { status: 200, body: { data: rows.map((row) => present(row as never)), nextCursor } };
}
