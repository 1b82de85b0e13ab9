import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;
const PATIENCE_MS = 15_000;

/** Resolves once `isTrue`, with the milliseconds it took. Rejects after 15 s, naming what did not come. */
export async function waitUntil(what: string, isTrue: () => boolean | Promise<boolean>): Promise<number> {
  const startedAt = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAt);
  while (!(await isTrue())) {
    if (elapsedMs() > PATIENCE_MS) throw new Error(`waited ${PATIENCE_MS / 1_000} s in vain for ${what}`);
    await sleep(POLL_MS);
  }
  return elapsedMs();
}
