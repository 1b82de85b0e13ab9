import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 10;

/** Resolves as soon as it is so; rejects where it is not within the time. */
export async function until(isSo: () => boolean | Promise<boolean>, timeoutMs = 5_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`Not within ${timeoutMs} ms: ${isSo}`);
    await wait(POLL_MS);
  }
}
