import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** How a proxy answers CONNECT: by connecting, with a status, or not at all. */
export type ProxyBehaviour = 'connect' | 'silence' | number;

export interface StartedProxy {
  readonly url: string;
  /** What it was asked to connect to, in order. */
  readonly asked: readonly string[];
  /** The `proxy-authorization` of each. */
  readonly authorizations: readonly (string | undefined)[];
  /** What clients sent through tunnels, as text. */
  sent(): string;
  close(): Promise<void>;
}

/** @param behave for each CONNECT; an address there is connected to instead of the one that was asked for */
export async function startForwardProxy(
  behave: (authority: string) => ProxyBehaviour | { readonly port: number } = () => 'connect',
): Promise<StartedProxy> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  let sent = '';
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    const authority = request.url ?? '';
    asked.push(authority);
    authorizations.push(request.headers['proxy-authorization']);
    client.on('error', () => {});
    const behaviour = behave(authority);
    if (behaviour === 'silence') return;
    if (typeof behaviour === 'number') return void client.end(`HTTP/1.1 ${behaviour} No\r\n\r\n`);
    const { hostname, port } = new URL(`http://${authority}`);
    const target =
      behaviour === 'connect'
        ? { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) }
        : { host: '127.0.0.1', port: behaviour.port };
    const upstream = connect(target, () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    sockets.add(upstream);
    client.on('data', (chunk) => {
      sent += chunk.toString('latin1');
    });
    client.pipe(upstream).pipe(client);
    upstream.on('error', () =>
      upstream.bytesWritten > 0 ? client.destroy() : client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'),
    );
    client.on('close', () => upstream.destroy());
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    authorizations,
    sent: () => sent,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
