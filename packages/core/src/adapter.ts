/** What a framework package needs to mount Hookline: routes as data, and the reading of a request's bytes. */
export { type BodyReader, type BodySource, createBodyReader } from './http/body-reader.js';
export { type EncodedResponse, encodeResponse } from './http/encode-response.js';
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
export { firstQueryValues } from './http/query.js';
export { captureRawBody, keepInflatedBody } from './http/record-body.js';
export type { HttpMethod, HttpRequest, HttpResponse, Route } from './http/types.js';
