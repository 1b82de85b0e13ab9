import {
  createBodyReader,
  firstQueryValues,
  type HttpRequest,
  lowerCaseHeaders,
} from '@hookline/core/adapter';
import type { Request } from 'express';

export function toHttpRequest(req: Request, maxBytes: number): HttpRequest {
  const { rawBody } = req as { rawBody?: unknown };
  return {
    method: req.method,
    url: req.originalUrl,
    params: Object.fromEntries(Object.entries(req.params).map(([name, value]) => [name, String(value)])),
    query: firstQueryValues(req.originalUrl),
    headers: lowerCaseHeaders(req.headers),
    remoteAddress: req.socket.remoteAddress ?? null,
    ...createBodyReader({ request: req, parsed: req.body, rawBody, maxBytes }),
    raw: req,
  };
}
