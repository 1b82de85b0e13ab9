import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

export interface SocketWatch {
  /** The request with this body was answered: its socket is a proven one from now on. */
  noteReply(body: Buffer): void;
  /** Whether the request went out on a proven socket, and not one byte came back on it. */
  wasReusedInVain(body: Buffer): boolean;
  close(): void;
}

interface Sending {
  readonly socket: Socket;
  readonly isReused: boolean;
  readonly bytesReadBefore: number;
}

const SEND_HEADERS = 'undici:client:sendHeaders';

/** Which socket a request went out on: undici tells its diagnostics channel only, just before it writes. */
export function watchSockets(): SocketWatch {
  const proven = new WeakSet<Socket>();
  const sendings = new WeakMap<object, Sending>();
  const onSend = (message: unknown) => {
    const { request, socket } = message as { request: { body: unknown }; socket: Socket };
    if (!Buffer.isBuffer(request.body)) return;
    const isReused = proven.has(socket);
    sendings.set(request.body, { socket, isReused, bytesReadBefore: socket.bytesRead });
  };
  subscribe(SEND_HEADERS, onSend);
  return {
    noteReply: (body) => {
      const sending = sendings.get(body);
      if (sending) proven.add(sending.socket);
    },
    wasReusedInVain: (body) => {
      const sending = sendings.get(body);
      return sending?.isReused === true && sending.socket.bytesRead === sending.bytesReadBefore;
    },
    close: () => void unsubscribe(SEND_HEADERS, onSend),
  };
}
