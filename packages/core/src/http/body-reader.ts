import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { HooklineError } from '../errors.js';
import { readJson } from '../inbound/request-json.js';
import { inflateBody } from './inflate-body.js';
import { brokenOff, readBody, readingOf, refuseTooLarge } from './read-body.js';
import { type BodyRecording, inflatedBodyOf, recordingOf } from './record-body.js';

/** Where koa-body up to 6 keeps the text of what it parsed. */
const UNPARSED = Symbol.for('unparsedBody');

/** Where the bytes of a request may still be found. */
export interface BodySource {
  readonly request: IncomingMessage;
  /** What a body parser made of it: `req.body`, `ctx.request.body`. */
  readonly parsed?: unknown;
  /** What a body parser kept of the text: `req.rawBody`, `ctx.request.rawBody`. */
  readonly rawBody?: unknown;
  /** Limit for the body on the wire, and for the inflated one. */
  readonly maxBytes: number;
  /** Given where a parser behind is to find the body as if nobody had read it. */
  readonly response?: ServerResponse;
}

export interface BodyReader {
  /**
   * The exact bytes, inflated where the request has a Content-Encoding (gzip, deflate or br).
   * Throws BODY_TOO_LARGE, BODY_UNREADABLE, BODY_ALREADY_PARSED; never waits for bytes that somebody else took.
   */
  bytes(): Promise<Buffer>;
  /** What a parser made of the body, or else the bytes as JSON; undefined where it is empty. Throws PAYLOAD_NOT_JSON, too. */
  json(): Promise<unknown>;
}

/** Finds the body of a request before or behind any body parser. It may be read more than once. */
export function createBodyReader(source: BodySource): BodyReader {
  let found: Promise<Buffer> | undefined;
  const bytes = (): Promise<Buffer> => {
    found ??= readUntouched(source) ?? findBytes(source);
    return found;
  };
  return { bytes, json: async () => parsedBody(source) ?? parseJson(await bytes()) };
}

/** The usual case in as few steps as it takes: nobody was here before, and nothing is to be inflated. */
function readUntouched({
  request,
  parsed,
  rawBody,
  maxBytes,
  response,
}: BodySource): Promise<Buffer> | undefined {
  const isParsed = parsed !== undefined || rawBody !== undefined;
  if (isParsed || request.headers['content-encoding'] !== undefined) return undefined;
  const isKept = recordingOf(request) ?? inflatedBodyOf(request) ?? readingOf(request);
  return isKept === undefined ? readBody(request, maxBytes, response) : undefined;
}

async function findBytes(source: BodySource): Promise<Buffer> {
  const { request, maxBytes } = source;
  const recording = recordingOf(request);
  if (recording !== undefined) return readRecording(request, recording, maxBytes);
  const kept = inflatedBodyOf(request) ?? bufferOf(source) ?? textOf(source);
  if (kept !== undefined) return within(kept, maxBytes);
  const reading = readingOf(request) ?? readBody(request, maxBytes, source.response);
  if (reading === undefined) throw new HooklineError('BODY_ALREADY_PARSED');
  return inflated(request, within(await reading, maxBytes), maxBytes);
}

async function readRecording(
  request: IncomingMessage,
  recording: BodyRecording,
  maxBytes: number,
): Promise<Buffer> {
  const limit = Math.min(maxBytes, recording.maxBytes);
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared <= limit) await ending(request, recording, limit);
  if (Math.max(declared, recording.byteCount) > limit) await refuseTooLarge(request, limit);
  return inflated(request, recording.bytes(), limit);
}

function inflated({ headers }: IncomingMessage, bytes: Buffer, maxBytes: number): Buffer | Promise<Buffer> {
  const encoding = headers['content-encoding'];
  return encoding === undefined ? bytes : inflateBody(bytes, encoding, maxBytes);
}

/** Resolves at the end of the body or once it is over the limit, whoever reads it. */
async function ending(request: IncomingMessage, recording: BodyRecording, limit: number): Promise<void> {
  const overLimit = new AbortController();
  const check = (): void => {
    if (recording.byteCount > limit) overLimit.abort();
  };
  check();
  if (recording.hasEnded || overLimit.signal.aborted) return;
  request.on('data', check);
  request.resume();
  try {
    await finished(request, { writable: false, cleanup: true, signal: overLimit.signal });
  } catch (cause) {
    if (overLimit.signal.aborted) return;
    throw brokenOff(cause);
  } finally {
    request.off('data', check);
  }
}

function within(bytes: Buffer, maxBytes: number): Buffer {
  if (bytes.length > maxBytes) throw new HooklineError('BODY_TOO_LARGE', { maxBytes });
  return bytes;
}

function bufferOf({ parsed, rawBody }: BodySource): Buffer | undefined {
  return [rawBody, parsed].find((candidate) => Buffer.isBuffer(candidate));
}

/** The bytes of a text that a parser kept, unless decoding lost some of them. */
function textOf({ request, parsed, rawBody }: BodySource): Buffer | undefined {
  const text = rawBody ?? (parsed as { [UNPARSED]?: unknown } | null | undefined)?.[UNPARSED];
  if (typeof text !== 'string' || text.includes('\uFFFD')) return undefined;
  const bytes = Buffer.from(text);
  return isLengthDeclared(request) && bytes.length !== Number(request.headers['content-length'])
    ? undefined
    : bytes;
}

/** Whether Content-Length counts the bytes that a parser decodes: a compressed body has others. */
function isLengthDeclared({ headers }: IncomingMessage): boolean {
  const isIdentity = (headers['content-encoding'] ?? 'identity').toLowerCase() === 'identity';
  return isIdentity && headers['content-length'] !== undefined;
}

/** Parsers leave an empty object behind for a body that they did not touch, so it counts only where one was read. */
function parsedBody({ request, parsed }: BodySource): object | undefined {
  const wasOurs = recordingOf(request) !== undefined || readingOf(request) !== undefined;
  const wasParsed = request.readableDidRead && !wasOurs;
  const isObject = typeof parsed === 'object' && parsed !== null && !Buffer.isBuffer(parsed);
  return wasParsed && isObject ? parsed : undefined;
}

function parseJson(bytes: Buffer): unknown {
  return bytes.length === 0 ? undefined : readJson(bytes).data;
}
