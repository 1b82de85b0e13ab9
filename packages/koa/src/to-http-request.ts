import {
  createBodyReader,
  firstQueryValues,
  type HttpRequest,
  lowerCaseHeaders,
} from '@hookline/core/adapter';
import type { Context } from 'koa';

export function toHttpRequest(ctx: Context, path: string, maxBytes: number): HttpRequest {
  const { body: parsed, rawBody } = ctx.request as { body?: unknown; rawBody?: unknown };
  return {
    method: ctx.method,
    url: ctx.originalUrl,
    params: paramsOf(ctx, path),
    query: firstQueryValues(ctx.originalUrl),
    headers: lowerCaseHeaders(ctx.req.headers),
    remoteAddress: ctx.req.socket.remoteAddress ?? null,
    ...createBodyReader({ request: ctx.req, parsed, rawBody, maxBytes }),
    raw: ctx,
  };
}

/** `ctx.params` also holds those of other routes that matched. */
function paramsOf(ctx: Context, path: string): Record<string, string> {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
  return Object.fromEntries(names.map((name) => [name, String(ctx.params[name])]));
}
