import type { IncomingMessage, ServerResponse } from 'node:http';
import { captureRawBody as capture, keepInflatedBody } from '@hookline/core/adapter';

/**
 * Keeps the exact bytes of a body for Hookline mounted behind a body parser; `req.body` stays the parser's.
 *
 * @example app.use(captureRawBody); app.use(express.json())
 */
export function captureRawBody(
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
): void;
/**
 * The same as the `verify` hook of a parser: it keeps what this parser reads, and nothing of other content types.
 *
 * @example app.use(express.json({ verify: captureRawBody }))
 */
export function captureRawBody(
  req: IncomingMessage,
  res: ServerResponse,
  bytes: Buffer,
  encoding: string,
): void;
export function captureRawBody(
  req: IncomingMessage,
  res: ServerResponse,
  bytesOrNext: Buffer | ((error?: unknown) => void),
): void {
  if (typeof bytesOrNext !== 'function') {
    keepInflatedBody(req, bytesOrNext);
    return;
  }
  capture(req, res);
  bytesOrNext();
}
