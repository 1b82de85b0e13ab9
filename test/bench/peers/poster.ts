import { createHmac, randomBytes } from 'node:crypto';
import { Pool } from 'undici';

const KEY_BYTES = 32;
const TIMEOUT_MS = 10_000;

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** Posts to webhooks as Standard Webhooks says: connections kept alive, one for each attempt at once. */
export class Poster {
  readonly #pool: Pool;
  readonly #keys: readonly Buffer[];

  constructor(receiverUrl: string, webhooks: number, connections: number) {
    this.#pool = new Pool(receiverUrl, {
      connections,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    this.#keys = Array.from({ length: webhooks }, () => randomBytes(KEY_BYTES));
  }

  /** @param webhook its number, from 1. Rejects where the answer is none of success. */
  async post(webhook: number, eventId: string, payload: string): Promise<Reply> {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const key = this.#keys[webhook - 1] ?? '';
    const { statusCode, body } = await this.#pool.request({
      method: 'POST',
      path: `/${webhook}`,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'bench/1.0',
        'webhook-id': eventId,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${createHmac('sha256', key).update(`${eventId}.${timestamp}.${payload}`).digest('base64')}`,
      },
      body: payload,
    });
    const text = await body.text();
    if (statusCode >= 300) throw new Error(`answered ${statusCode}: ${text}`);
    return { status: statusCode, body: text };
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
