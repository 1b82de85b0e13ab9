import { HooklineError } from '../errors.js';
import type { Clock } from '../ports/clock.js';

export interface CallDeps {
  readonly clock: Clock;
  /** For a function of the app, in milliseconds. */
  readonly timeoutMs: number;
}

/** Calls a function of the app, which must not hold a place for ever. Throws TRANSFORM_FAILED where it throws or hangs. */
export async function callApp<Value>(
  { clock, timeoutMs }: CallDeps,
  name: string,
  call: () => Value,
): Promise<Awaited<Value>> {
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(timeoutMs, () => reject(appFailure(name, `took longer than ${timeoutMs} ms`)));
  });
  try {
    return await Promise.race([call(), late]);
  } catch (error) {
    if (error instanceof HooklineError) throw error;
    throw appFailure(name, error instanceof Error ? error.message : String(error), error);
  } finally {
    cancel();
  }
}

export function appFailure(name: string, problem: string, cause?: unknown): HooklineError {
  return new HooklineError('TRANSFORM_FAILED', { name, problem }, cause);
}

/** What a function of the app made, as JSON. Throws TRANSFORM_FAILED for what JSON cannot carry. */
export function appJson(name: string, made: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(made);
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw appFailure(name, `made what JSON cannot carry (${problem})`, error);
  }
  if (json === undefined) throw appFailure(name, `expected what JSON can carry, got ${kindOf(made)}`);
  return json;
}

/** What a value is, without what it holds: that may be a secret. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'text';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
