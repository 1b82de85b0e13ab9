/**
 * What packages beside core need: to mount it in a framework, routes as data, the reading of a request's bytes and the
 * context of a request; to tie it to an ORM, the look into a transaction and the fields of a log line.
 */
export { isTransaction, outermostOf, type TransactionLike } from './adapters/transaction-hooks.js';
export { type RequestContext, requestContext, type ToContext } from './context/request-context.js';
export { HELD_UNTIL_RESUMED } from './delivery/delivery.js';
export { errorFields } from './errors.js';
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
export {
  createVerifier,
  type RequestVerifier,
  type VerifiableRequest,
  type Verification,
  type VerifyOptions,
} from './http/verify-request.js';
