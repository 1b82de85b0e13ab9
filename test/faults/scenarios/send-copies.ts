import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const AFTER_FAILURE_MS = 50;
const PATIENCE_MS = 10_000;

/** Who takes requests in, and may be another by the time that a sender comes again. */
export type Targets = string[];

/** What a sender tells, once or many times. */
export interface Told {
  readonly request: string;
  /** What it is about. Default: nothing. */
  readonly subject?: string;
}

/**
 * Sends so many copies of one request at once, spread over the targets, each again and again until it is accepted, as a
 * sender does. Answers how many of them were told that theirs was the first.
 */
export async function sendCopies(
  targets: Targets,
  secret: string,
  told: Told,
  count: number,
): Promise<number> {
  const body = JSON.stringify(told);
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': told.request,
    'x-hub-signature-256': `sha256=${signature}`,
  };
  const copies = Array.from({ length: count }, (_, index) => sendOne(targets, index, { headers, body }));
  return (await Promise.all(copies)).filter((status) => status === 202).length;
}

async function sendOne(
  targets: Targets,
  index: number,
  message: { readonly headers: Record<string, string>; readonly body: string },
): Promise<number> {
  for (;;) {
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const target = targets[index % targets.length] ?? '';
      const { ok, status } = await fetch(target, { method: 'POST', ...message, signal });
      if (ok) return status;
    } catch {
      // whoever it was sent to is gone
    }
    await sleep(AFTER_FAILURE_MS);
  }
}
