import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { HooklineError } from '../errors.js';

/** How long a body that is too large is read off before the answer, so that its sender gets to read one. */
const LINGER_MS = 1_000;

/** Not properties: V8 takes longer to add one to a request of Express than to read a small body. */
const readings = new WeakMap<IncomingMessage, Promise<Buffer>>();

/** What an earlier reader found, or still waits for: the bytes as they came over the wire. */
export function readingOf(request: IncomingMessage): Promise<Buffer> | undefined {
  return readings.get(request);
}

/**
 * Reads a body that nobody has touched, as it comes over the wire; undefined where somebody has. With the response it is
 * put back, for a parser behind, and thrown away after the answer. Throws BODY_TOO_LARGE, BODY_UNREADABLE.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  response?: ServerResponse,
): Promise<Buffer> | undefined {
  if (request.readableDidRead || request.readableEncoding !== null) return undefined;
  const reading = read(request, maxBytes, response);
  readings.set(request, reading);
  return reading;
}

/** An answer given while the sender still writes is often lost: the connection closes under it. */
export async function refuseTooLarge(request: IncomingMessage, maxBytes: number): Promise<never> {
  request.resume();
  const signal = AbortSignal.timeout(LINGER_MS);
  await finished(request, { writable: false, cleanup: true, signal }).catch(() => undefined);
  throw new HooklineError('BODY_TOO_LARGE', { maxBytes });
}

export function brokenOff(cause?: unknown): HooklineError {
  return new HooklineError('BODY_UNREADABLE', { problem: 'the connection broke before its end' }, cause);
}

/** Takes what was not read off the connection, unless somebody is about to. */
export function discardUnread(request: IncomingMessage): void {
  const readers = request.listenerCount('data') + request.listenerCount('readable');
  if (readers === 0) request.resume();
}

function read(request: IncomingMessage, maxBytes: number, response?: ServerResponse): Promise<Buffer> {
  if (request.readableEnded) return Promise.resolve(Buffer.alloc(0));
  if (request.destroyed) return Promise.reject(brokenOff());
  if (request.complete && request.readableLength === 0) return Promise.resolve(leaveEmpty(request, response));
  const declared = Number(request.headers['content-length'] ?? 0);
  return declared > maxBytes ? refuseTooLarge(request, maxBytes) : collect(request, maxBytes, response);
}

function collect(
  request: IncomingMessage,
  maxBytes: number,
  response: ServerResponse | undefined,
): Promise<Buffer> {
  // whoever listens already has had the bytes
  const isPutBack = response !== undefined && request.listenerCount('data') === 0;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let byteCount = 0;
    const take = (): void => {
      for (let chunk = next(request); chunk !== null && byteCount <= maxBytes; chunk = next(request)) {
        chunks.push(chunk);
        byteCount += chunk.length;
      }
      if (byteCount > maxBytes) settle(() => refuseTooLarge(request, maxBytes));
      // not later: when the end was told, nothing can be put back
      else if (request.complete)
        settle(() => (isPutBack ? putBack(request, joined(chunks), response) : joined(chunks)));
    };
    const end = (): void => settle(() => joined(chunks));
    const fail = (cause?: unknown): void => settle(() => Promise.reject(brokenOff(cause)));
    const settle = (outcome: () => Buffer | Promise<never>): void => {
      request.off('readable', take).off('end', end).off('error', fail).off('close', fail);
      resolve(outcome());
    };
    request.on('readable', take).on('end', end).on('error', fail).on('close', fail);
  });
}

/** To listen to it has the end told: too early for a parser behind. */
function leaveEmpty(request: IncomingMessage, response: ServerResponse | undefined): Buffer {
  if (response === undefined) request.resume();
  else response.once('finish', () => discardUnread(request));
  return Buffer.alloc(0);
}

/** To read on when there is nothing more has the end told: too early for a parser behind. */
function next(request: IncomingMessage): Buffer | null {
  return request.complete && request.readableLength === 0 ? null : request.read();
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks);
}

/** A request that was not read to its end never tells that it is over, and so it is, when nobody else can want it. */
function putBack(request: IncomingMessage, bytes: Buffer, response: ServerResponse): Buffer {
  if (bytes.length > 0) request.unshift(bytes);
  response.once('finish', () => discardUnread(request));
  return bytes;
}
