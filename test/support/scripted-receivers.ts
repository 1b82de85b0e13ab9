import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** What a receiver does to who connects; it has no other manners. */
export type Script = (socket: Socket) => void;

export interface ScriptedReceiver {
  /** As `docs/outcomes.md` names it. */
  readonly does: string;
  readonly script: Script;
  /** State of the delivery where one attempt is all there is. */
  readonly state: 'delivered' | 'exhausted';
  /** The recorded reason, or null. */
  readonly reason: string | null;
  /** The recorded status, or null. */
  readonly status: number | null;
}

const CRLF = '\r\n';

function head(status: number | string, ...headers: readonly string[]): string {
  return [`HTTP/1.1 ${status}`, ...headers, '', ''].join(CRLF);
}

/** Called when a whole request is there: its body is JSON, and ends with a brace. */
function onRequest(socket: Socket, act: () => void): void {
  let text = '';
  const listen = (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (!text.includes(`${CRLF}${CRLF}`) || !text.endsWith('}')) return;
    socket.off('data', listen);
    act();
  };
  socket.on('data', listen);
}

const answer =
  (text: string | Buffer, isOver = true): Script =>
  (socket) =>
    onRequest(socket, () => void (isOver ? socket.end(text) : socket.write(text)));

/** Goes on until the other side closes. */
const drip =
  (first: string, drop: string | (() => string | Buffer), everyMs = 5): Script =>
  (socket) =>
    onRequest(socket, () => {
      socket.write(first);
      const timer = setInterval(() => socket.write(typeof drop === 'string' ? drop : drop()), everyMs);
      socket.on('close', () => clearInterval(timer));
    });

const withStatus = (status: number, ...headers: readonly string[]): ScriptedReceiver => ({
  does: `answers ${status}`,
  script: answer(`${head(status, 'content-length: 2', ...headers)}ok`),
  state: status >= 200 && status < 300 ? 'delivered' : 'exhausted',
  reason: reasonOf(status),
  status,
});

function reasonOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? 'redirect' : 'status';
}

const failing = (does: string, reason: string, script: Script, status: number | null = null) =>
  ({ does, script, state: 'exhausted', reason, status }) satisfies ScriptedReceiver;

const succeeding = (does: string, script: Script, status = 200) =>
  ({ does, script, state: 'delivered', reason: null, status }) satisfies ScriptedReceiver;

const OK = head(200, 'content-length: 2');

export const SCRIPTED_RECEIVERS: readonly ScriptedReceiver[] = [
  ...[200, 201, 202, 204, 206, 226].map((status) =>
    status === 204 ? { ...withStatus(204), script: answer(head(204)) } : withStatus(status),
  ),
  ...[300, 301, 302, 303, 307, 308].map((status) =>
    withStatus(status, 'location: http://169.254.169.254/latest/meta-data/'),
  ),
  ...[400, 401, 403, 404, 408, 409, 410, 422, 425, 429, 451].map((status) => withStatus(status)),
  ...[500, 501, 502, 503, 504, 520, 599].map((status) => withStatus(status)),
  { ...withStatus(304), script: answer(head(304)) },
  failing('never answers', 'timeout', () => {}),
  failing('drips its headers', 'timeout', drip('HTTP/1.1 200 OK\r\n', 'x: y\r\n')),
  failing('drips its body', 'timeout', drip(head(200, 'content-length: 1000000'), 'x')),
  failing('drips chunks without end', 'timeout', drip(head(200, 'transfer-encoding: chunked'), '1\r\nx\r\n')),
  failing('floods with 103 Early Hints', 'timeout', drip('', head(103, 'link: </a>'))),
  failing('never ends a body of unknown length', 'timeout', drip(head(200), 'x')),
  failing('closes at once', 'reset', (socket) => void socket.end()),
  failing('resets at once', 'reset', (socket) => void socket.resetAndDestroy()),
  failing('closes after the request', 'reset', (socket) => onRequest(socket, () => void socket.end())),
  failing('resets after the request', 'reset', (socket) =>
    onRequest(socket, () => void socket.resetAndDestroy()),
  ),
  failing('closes within its headers', 'reset', answer('HTTP/1.1 200 OK\r\ncontent-le')),
  failing('closes within its body', 'reset', answer(`${head(200, 'content-length: 100')}half`)),
  failing('closes within a chunk', 'reset', answer(`${head(200, 'transfer-encoding: chunked')}64\r\nhalf`)),
  failing(
    'closes within its body, and said that it would close',
    'invalid-reply',
    answer(`${head(200, 'content-length: 100', 'connection: close')}half`),
  ),
  failing(
    'closes within a chunk, and said that it would close',
    'invalid-reply',
    answer(`${head(200, 'transfer-encoding: chunked', 'connection: close')}64\r\nhalf`),
  ),
  failing('speaks no HTTP', 'invalid-reply', answer('+PONG\r\n')),
  failing('speaks HTTP/0.9', 'invalid-reply', answer('<html>hello</html>')),
  failing('speaks HTTP/2 unasked', 'invalid-reply', answer('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')),
  failing('sends a status of two digits', 'invalid-reply', answer('HTTP/1.1 99 Odd\r\n\r\n')),
  failing('sends the status 000', 'invalid-reply', answer('HTTP/1.1 000 Odd\r\n\r\n')),
  failing('sends the status 099', 'invalid-reply', answer('HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n')),
  failing('sends 70 KB of headers', 'invalid-reply', answer(head(200, `x: ${'y'.repeat(70_000)}`))),
  failing(
    'sends both a length and chunks',
    'invalid-reply',
    answer(`${head(200, 'content-length: 2', 'transfer-encoding: chunked')}2\r\nok\r\n0\r\n\r\n`),
  ),
  failing(
    'sends two lengths',
    'invalid-reply',
    answer(`${head(200, 'content-length: 2', 'content-length: 3')}ok`),
  ),
  failing('sends a negative length', 'invalid-reply', answer(`${head(200, 'content-length: -1')}ok`)),
  failing(
    'sends an endless chunk size',
    'invalid-reply',
    answer(`${head(200, 'transfer-encoding: chunked')}${'f'.repeat(40)}\r\nx`),
  ),
  failing('folds a header', 'invalid-reply', answer(head(200, 'x: a', ' b', 'content-length: 0'))),
  failing('sends a header without a name', 'invalid-reply', answer(head(200, ': x', 'content-length: 0'))),
  succeeding(
    'sends 3 MB',
    answer(Buffer.concat([Buffer.from(head(200, 'content-length: 3000000')), Buffer.alloc(3_000_000, 'x')])),
  ),
  succeeding('sends a gzip bomb', (socket) => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const lines = head(200, 'content-encoding: gzip', `content-length: ${bomb.length}`);
    answer(Buffer.concat([Buffer.from(lines), bomb]))(socket);
  }),
  succeeding(
    'claims gzip and sends text',
    answer(`${head(200, 'content-encoding: gzip', 'content-length: 2')}ok`),
  ),
  succeeding('sends binary', (socket) => {
    const bytes = randomBytes(500);
    answer(Buffer.concat([Buffer.from(head(200, 'content-length: 500')), bytes]))(socket);
  }),
  succeeding('sends NUL and invalid UTF-8', answer(Buffer.concat([Buffer.from(OK), Buffer.from([0, 0xff])]))),
  succeeding(
    'sends latin1 in a header',
    answer(Buffer.from(`${head(200, 'x: caf\xe9', 'content-length: 2')}ok`, 'latin1')),
  ),
  succeeding(
    'sends a hundred headers',
    answer(head(200, ...Array.from({ length: 100 }, (_, i) => `x-${i}: ${i}`), 'content-length: 0')),
  ),
  succeeding(
    'sends a header called __proto__',
    answer(`${head(200, '__proto__: x', 'constructor: y', 'content-length: 2')}ok`),
  ),
  succeeding(
    'sends trailers',
    answer(`${head(200, 'transfer-encoding: chunked', 'trailer: x')}2\r\nok\r\n0\r\nx: y\r\n\r\n`),
  ),
  succeeding('speaks HTTP/1.0 and closes', answer('HTTP/1.0 200 OK\r\n\r\nok')),
  succeeding('sends two replies', answer(`${OK}ok${OK}no`)),
  succeeding('answers before it has read', (socket) => void socket.write(`${OK}ok`)),
  succeeding('hints before it answers', answer(`${head(103, 'link: </a>')}${OK}ok`)),
  succeeding('answers 204 and announces a body', answer(head(204, 'content-length: 5'), false), 204),
  succeeding('answers 204 and sends a body', answer(`${head(204, 'content-length: 5')}hello`), 204),
  succeeding(
    'answers 204 and sends chunks',
    answer(`${head(204, 'transfer-encoding: chunked')}2\r\nok\r\n`),
    204,
  ),
  succeeding(
    'answers 204, announces chunks and hangs',
    answer(head(204, 'transfer-encoding: chunked'), false),
    204,
  ),
  failing(
    'answers 304 with the length of what it would send',
    'redirect',
    answer(head(304, 'content-length: 5')),
    304,
  ),
  succeeding('hints with a length before it answers', answer(`${head(103, 'content-length: 5')}${OK}ok`)),
  succeeding('says 102 Processing before it answers', answer(`${head(102)}${OK}ok`)),
  // undici takes a 100 that was not asked for as an error (undici 7.30, client-h1.js)
  failing('says 100 Continue unasked', 'invalid-reply', answer(`${head(100)}${OK}ok`)),
  failing(
    'switches protocols unasked',
    'invalid-reply',
    answer(head(101, 'connection: upgrade', 'upgrade: websocket'), false),
  ),
  failing('says 101 and names no protocol', 'invalid-reply', answer(`${head(101)}${OK}ok`)),
  succeeding('keeps the connection', answer(`${OK}ok`, false)),
];
