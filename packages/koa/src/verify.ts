import type { AsyncSource, Source, VerifiedRequest } from '@hookline/core';
import { createVerifier, type VerifyOptions } from '@hookline/core/adapter';
import type { Context, Next } from 'koa';
import { sendResponse } from './send-response.js';
import { readRequest } from './to-http-request.js';

/** A Koa middleware that lets nothing through but a sender's own requests. */
export interface VerifyMiddleware<Data = unknown> {
  (ctx: Context, next: Next): Promise<unknown>;
  /** What it put on a context, with the type of the source's data. Throws WEBHOOK_NOT_VERIFIED where it did not run. */
  of(ctx: object): VerifiedRequest<Data>;
}

declare module 'koa' {
  interface DefaultState {
    /** Set by the middleware `verify(source)` of `@hookline/koa`. */
    webhook?: VerifiedRequest;
  }
}

/**
 * Verifies requests and puts them on `ctx.state.webhook`: parsed, with the exact bytes. It needs no hub, and stores nothing.
 * A sender that tries the URL is answered. `ctx.request.body` stays a parser's, in front of it or behind: in front it may need
 * `captureRawBody`.
 *
 * It rejects with what the source throws, with `code`, `status` and `expose`, such as ERR_HOOKLINE_SIGNATURE_MISMATCH with 401;
 * of the reading BODY_TOO_LARGE, BODY_UNREADABLE, BODY_ALREADY_PARSED. Throws OPTION_INVALID at once for what is no source.
 *
 * @example
 * const verified = verify(stripe<Stripe.Event>({ secret }));
 * router.post('/stripe', verified, (ctx) => {
 *   const { type, data } = verified.of(ctx);
 *   ctx.status = 204;
 * });
 */
export function verify<Data>(
  source: Source<Data> | AsyncSource<Data>,
  options?: VerifyOptions,
): VerifyMiddleware<Data> {
  const verifier = createVerifier(source, options);
  const middleware = async (ctx: Context, next: Next): Promise<unknown> => {
    const found = await verifier.verify(readRequest(ctx, verifier.maxBodyBytes, ctx.res));
    if ('answer' in found) return sendResponse(ctx, found.answer);
    ctx.state.webhook = found.webhook;
    return next();
  };
  return Object.assign(middleware, { of: (ctx: object) => verifier.of(ctx) });
}
