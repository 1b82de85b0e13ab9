import type { AnyHub } from '../hub.js';
import { respondError } from './respond-error.js';
import type { HttpRequest, HttpResponse, Route } from './types.js';

/** `POST /:source`: 202 with the receipt, 200 for a request that came before, or a coded error. */
export function inboundRoutes(hub: AnyHub, prefix = ''): readonly Route[] {
  return [
    {
      method: 'post',
      path: `${prefix}/:source`,
      async handle(request) {
        try {
          return await receive(hub, request);
        } catch (error) {
          return respondError(error, hub.logger);
        }
      },
    },
  ];
}

async function receive(hub: AnyHub, request: HttpRequest): Promise<HttpResponse> {
  const source = request.params.source ?? '';
  const { method, url, headers } = request;
  const body = hub.sources.has(source) ? await request.bytes() : Buffer.alloc(0);
  const result = await hub.receive(source, { method, url, headers, body });
  if (!result.isNew) return { status: 200, body: { duplicate: true } };
  return { status: 202, body: { receiptId: result.receiptId, eventId: result.eventId } };
}
