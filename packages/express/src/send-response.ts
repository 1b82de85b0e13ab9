import { encodeResponse, type HttpResponse } from '@hookline/core/adapter';
import type { Response } from 'express';

export function sendResponse(res: Response, response: HttpResponse): void {
  // a middleware of the app, such as a timeout, may have answered in the meantime
  if (res.headersSent) return;
  const { status, headers, text } = encodeResponse(response);
  res.writeHead(status, headers).end(text ?? undefined);
}
