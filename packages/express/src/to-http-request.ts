import {
  createBodyReader,
  firstQueryValues,
  type HttpRequest,
  lowerCaseHeaders,
} from '@hookline/core/adapter';
import type { Request, Response } from 'express';

export function toHttpRequest(req: Request, maxBytes: number): HttpRequest {
  return {
    ...readRequest(req, maxBytes),
    params: Object.fromEntries(Object.entries(req.params).map(([name, value]) => [name, String(value)])),
    query: firstQueryValues(req.originalUrl),
    remoteAddress: req.socket.remoteAddress ?? null,
  };
}

/** @param response given where a parser behind is to find the body as if nobody had read it */
export function readRequest(
  req: Request,
  maxBytes: number,
  response?: Response,
): Omit<HttpRequest, 'params' | 'query' | 'remoteAddress'> & { readonly raw: Request } {
  const { rawBody } = req as { rawBody?: unknown };
  return {
    method: req.method,
    url: req.originalUrl,
    origin: originOf(req),
    headers: lowerCaseHeaders(req.headers),
    ...createBodyReader({ request: req, parsed: req.body, rawBody, maxBytes, ...(response && { response }) }),
    raw: req,
  };
}

/** HTTP/1.0 without a Host has none, and no URL that a sender signed is like it. */
function originOf(req: Request): string {
  return `${req.protocol}://${hostOf(req)}`;
}

/** With its port, which Express 4 leaves out of `req.host`. */
function hostOf(req: Request): string {
  const trusts: (address: string | undefined, hop: number) => boolean = req.app.get('trust proxy fn');
  const forwarded = trusts(req.socket.remoteAddress, 0) ? req.get('X-Forwarded-Host') : undefined;
  const [first = ''] = (forwarded || req.get('Host') || '').split(',');
  return first.trim();
}
