import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lowerCaseHeaders } from '../http/headers.js';

/** A request as the receiver got it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The exact bytes. */
  readonly body: Buffer;
}

/** A status to answer with, or a function that answers by hand. */
export type ReceiverReply = number | ((request: ReceivedRequest, response: ServerResponse) => void);

/** A real HTTP server on 127.0.0.1 that stands for a customer's. */
export interface Receiver {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** The replies to the next requests, in order; after them every request gets 204. */
  replyWith(...replies: readonly ReceiverReply[]): void;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const replies: ReceiverReply[] = [];
  const server = createServer(async (incoming, response) => {
    const request = await receive(incoming);
    if (request === null) return;
    requests.push(request);
    const reply = replies.shift() ?? 204;
    if (typeof reply === 'number') response.writeHead(reply).end();
    else reply(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    requests,
    replyWith: (...next) => void replies.push(...next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Null where the client broke off. */
async function receive(incoming: IncomingMessage): Promise<ReceivedRequest | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch {
    return null;
  }
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: lowerCaseHeaders(incoming.headers),
    body: Buffer.concat(chunks),
  };
}
