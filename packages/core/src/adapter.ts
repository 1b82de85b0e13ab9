/** What a framework package needs to mount Hookline: routes as data, and the reading of a request's bytes. */
export { type BodySource, captureRawBody, createBodyReader } from './http/body-reader.js';
export { lowerCaseHeaders } from './http/headers.js';
export {
  type AdminOptions,
  type InboundOptions,
  type Mount,
  mountAdmin,
  mountInbound,
  mountWebhooks,
  type WebhooksOptions,
} from './http/mount.js';
export type { HttpMethod, HttpRequest, HttpResponse, Route } from './http/types.js';
