import {
  createBodyReader,
  firstQueryValues,
  type HttpRequest,
  lowerCaseHeaders,
} from '@hookline/core/adapter';
import type { Context } from 'koa';

export function toHttpRequest(ctx: Context, path: string, maxBytes: number): HttpRequest {
  return {
    ...readRequest(ctx, maxBytes),
    params: paramsOf(ctx, path),
    query: firstQueryValues(ctx.originalUrl),
    remoteAddress: ctx.req.socket.remoteAddress ?? null,
  };
}

/** @param response given where a parser behind is to find the body as if nobody had read it */
export function readRequest(
  ctx: Context,
  maxBytes: number,
  response?: Context['res'],
): Omit<HttpRequest, 'params' | 'query' | 'remoteAddress'> & { readonly raw: Context } {
  const { body: parsed, rawBody } = ctx.request as { body?: unknown; rawBody?: unknown };
  return {
    method: ctx.method,
    url: ctx.originalUrl,
    origin: originOf(ctx),
    headers: lowerCaseHeaders(ctx.req.headers),
    ...createBodyReader({ request: ctx.req, parsed, rawBody, maxBytes, ...(response && { response }) }),
    raw: ctx,
  };
}

/**
 * Not `ctx.origin`, which in newer versions is the header of that name. HTTP/1.0 without a Host has none, and no URL that a
 * sender signed is like it.
 */
function originOf(ctx: Context): string {
  return `${ctx.protocol}://${ctx.host}`;
}

/** `ctx.params` also holds those of other routes that matched. */
function paramsOf(ctx: Context, path: string): Record<string, string> {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
  return Object.fromEntries(names.map((name) => [name, String(ctx.params[name])]));
}
