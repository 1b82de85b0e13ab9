import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { closeServer, listen } from '../support/serve.ts';

export interface Receipt {
  readonly eventId: string;
  readonly body: Buffer;
}

/** The server of a customer: knows nothing of Hookline, only the secret it was shown and npm's `standardwebhooks`. */
export interface Receiver {
  readonly url: string;
  /** What came and was verified. */
  readonly receipts: readonly Receipt[];
  trust(secret: string): void;
  /** Calls back with every receipt from now on. */
  announce(listener: (receipt: Receipt) => void): void;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const receipts: Receipt[] = [];
  let verifier: Webhook | null = null;
  let listener: ((receipt: Receipt) => void) | null = null;
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const headers = request.headers as Record<string, string>;
    try {
      verifier?.verify(body, headers);
      const receipt = { eventId: headers['webhook-id'] ?? '', body };
      receipts.push(receipt);
      listener?.(receipt);
      response.writeHead(204).end();
    } catch {
      response.writeHead(401).end();
    }
  });
  const url = await listen(server, 0);
  return {
    url: `${url}/hook`,
    receipts,
    trust: (secret) => {
      verifier = new Webhook(secret);
    },
    announce: (next) => {
      listener = next;
    },
    close: () => closeServer(server),
  };
}
