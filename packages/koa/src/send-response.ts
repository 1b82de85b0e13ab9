import { encodeResponse, type HttpResponse } from '@hookline/core/adapter';
import type { Context } from 'koa';

export function sendResponse(ctx: Context, response: HttpResponse): void {
  const { status, headers, text } = encodeResponse(response);
  ctx.set(headers);
  ctx.body = text;
  // after the body: Koa makes a 204 of every response without one
  ctx.status = status;
}
