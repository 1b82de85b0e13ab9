import type { HttpClient, HttpReply, OutboundRequest } from '@hookline/core';

/** Answers with the replies it was given, in order, then with 204; keeps what it was sent. */
export class ScriptedHttpClient implements HttpClient {
  readonly sent: OutboundRequest[] = [];
  readonly #replies: HttpReply[] = [];
  #held: Promise<void> | null = null;

  replyWith(...replies: readonly (number | HttpReply)[]): void {
    this.#replies.push(
      ...replies.map((reply) => (typeof reply === 'number' ? aReply({ status: reply }) : reply)),
    );
  }

  /** Leaves requests unanswered until the function it answers is called. */
  hold(): () => void {
    let release = () => {};
    this.#held = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  async send(request: OutboundRequest): Promise<HttpReply> {
    this.sent.push(request);
    await this.#held;
    return this.#replies.shift() ?? aReply({ status: 204 });
  }

  async close(): Promise<void> {}
}

export function aReply(parts: Partial<Extract<HttpReply, { kind: 'response' }>> = {}): HttpReply {
  return { kind: 'response', status: 200, headers: {}, body: Buffer.alloc(0), durationMs: 1, ...parts };
}
