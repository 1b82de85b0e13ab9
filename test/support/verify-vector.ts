import { type AnySource, isHooklineError } from '@hookline/core';
import type { Vector } from './read-vectors.js';

export type Verdict = 'valid' | 'invalid';

/** What a source says of the request of a vector: `invalid` for every refusal; other errors are thrown. */
export async function verifyVector(source: AnySource, vector: Vector): Promise<Verdict> {
  const { method, url, headers, body, now } = vector;
  try {
    await source.verify({ method, url, headers, body }, now * 1_000);
    return 'valid';
  } catch (error) {
    if (isHooklineError(error) && [400, 401].includes(error.status)) return 'invalid';
    throw error;
  }
}
