import { type Agent, createServer, type RequestListener, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Sent {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
  readonly agent?: Agent;
}

/** Serves an app for as long as the work takes that sends requests to it. */
export async function serving<Value>(
  listener: RequestListener,
  work: (send: (sent: Sent) => Promise<Answer>) => Promise<Value>,
): Promise<Value> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await work((sent) => post(port, sent));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The body comes in two pieces, the second when the first was on its way for some turns. */
function post(port: number, { path = '/', headers = {}, body = '{}', agent }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { port, path, method: 'POST', ...(agent && { agent }) };
    const outgoing = request({ ...options, headers: { 'content-type': 'application/json', ...headers } });
    outgoing.on('error', reject);
    outgoing.on('response', async (incoming) => {
      const chunks = await incoming.toArray();
      const text = Buffer.concat(chunks).toString();
      resolve({ status: incoming.statusCode ?? 0, body: text === '' ? null : JSON.parse(text) });
    });
    outgoing.write(body.slice(0, 1));
    setTimeout(() => outgoing.end(body.slice(1)), 5);
  });
}
