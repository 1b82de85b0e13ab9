import type { IncomingMessage, ServerResponse } from 'node:http';
import { discardUnread } from './read-body.js';

const RECORDING = Symbol.for('hookline.bodyRecording');
const INFLATED = Symbol.for('hookline.inflatedBody');

/** What a recording takes where no limit is told: more than any sender of webhooks posts, in bytes. */
const CAPTURE_LIMIT_BYTES = 10_000_000;

interface Kept {
  [RECORDING]?: BodyRecording;
  [INFLATED]?: Buffer;
}

/** The body of a request as it came over the wire, kept while somebody reads it. */
export class BodyRecording {
  readonly maxBytes: number;
  byteCount = 0;
  hasEnded = false;
  #chunks: Uint8Array[] = [];

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get hasOverflowed(): boolean {
    return this.byteCount > this.maxBytes;
  }

  add(chunk: Uint8Array): void {
    this.byteCount += chunk.length;
    if (this.hasOverflowed) {
      this.#chunks = [];
      return;
    }
    this.#chunks.push(chunk);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/**
 * Keeps the exact bytes of a body beside its request, whatever parser reads it later; the request and
 * `req.body` stay what they are. Call it before anything reads the body; later it does nothing. Of a body of
 * more than 10,000,000 bytes nothing is kept.
 */
export function captureRawBody(request: IncomingMessage, response: ServerResponse): void {
  // looking into the buffer tells Node that somebody sees to the body, so that it no longer does itself
  if (request.readableLength > 0) response.once('finish', () => discardUnread(request));
  recordBody(request, CAPTURE_LIMIT_BYTES);
}

/** Keeps what the `verify` hook of a body parser was given: the exact bytes, inflated. */
export function keepInflatedBody(request: IncomingMessage, bytes: Buffer): void {
  (request as Kept)[INFLATED] = bytes;
}

export function recordingOf(request: IncomingMessage): BodyRecording | undefined {
  return (request as Kept)[RECORDING];
}

export function inflatedBodyOf(request: IncomingMessage): Buffer | undefined {
  return (request as Kept)[INFLATED];
}

/** Records what is to come and what waits in the buffer; undefined where somebody took bytes before. */
export function recordBody(request: IncomingMessage, maxBytes: number): BodyRecording | undefined {
  const earlier = recordingOf(request);
  if (earlier !== undefined) return earlier;
  if (request.readableDidRead || request.readableEncoding !== null) return undefined;
  const recording = new BodyRecording(maxBytes);
  recordBuffered(request, recording);
  recordPushes(request, recording);
  (request as Kept)[RECORDING] = recording;
  return recording;
}

function recordBuffered(request: IncomingMessage, recording: BodyRecording): void {
  recording.hasEnded = request.readableEnded || (request.complete && !request.destroyed);
  const buffered: Buffer | null = request.readableLength > 0 ? request.read() : null;
  if (buffered === null) return;
  recording.add(buffered);
  // read() has already handed the bytes to whoever listens for them
  if (request.listenerCount('data') === 0) request.unshift(buffered);
}

function recordPushes(request: IncomingMessage, recording: BodyRecording): void {
  const push = request.push;
  request.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null) recording.hasEnded = true;
    else recording.add(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : (chunk as Uint8Array));
    return push.call(request, chunk, encoding);
  };
}
