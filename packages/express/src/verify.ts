import type { AsyncSource, Source, VerifiedRequest } from '@hookline/core';
import { createVerifier, type VerifyOptions } from '@hookline/core/adapter';
import type { NextFunction, Request, Response } from 'express';
import { sendResponse } from './send-response.js';
import { readRequest } from './to-http-request.js';

/** An Express middleware that lets nothing through but a sender's own requests. */
export interface VerifyMiddleware<Data = unknown> {
  (req: Request, res: Response, next: NextFunction): void;
  /** What it put on a request, with the type of the source's data. Throws WEBHOOK_NOT_VERIFIED where it did not run. */
  of(req: Request): VerifiedRequest<Data>;
}

declare global {
  namespace Express {
    interface Request {
      /** Set by the middleware `verify(source)` of `@hookline/express`. */
      webhook?: VerifiedRequest;
    }
  }
}

/**
 * Verifies requests and puts them on `req.webhook`: parsed, with the exact bytes. It needs no hub, and stores nothing. A
 * sender that tries the URL is answered. `req.body` stays a parser's, in front of it or behind: in front it needs
 * `captureRawBody`.
 *
 * What the source throws goes to `next`, with `code`, `status` and `expose`, such as ERR_HOOKLINE_SIGNATURE_MISMATCH with 401;
 * of the reading BODY_TOO_LARGE, BODY_UNREADABLE, BODY_ALREADY_PARSED. Throws OPTION_INVALID at once for what is no source.
 *
 * @example
 * const verified = verify(stripe<Stripe.Event>({ secret }));
 * app.post('/stripe', verified, (req, res) => {
 *   const { type, data } = verified.of(req);
 *   res.sendStatus(204);
 * });
 */
export function verify<Data>(
  source: Source<Data> | AsyncSource<Data>,
  options?: VerifyOptions,
): VerifyMiddleware<Data> {
  const verifier = createVerifier(source, options);
  const middleware = (req: Request, res: Response, next: NextFunction): void => {
    verifier
      .verify(readRequest(req, verifier.maxBodyBytes, res))
      .then((found) => {
        if ('answer' in found) return sendResponse(res, found.answer);
        req.webhook = found.webhook;
        next();
      })
      .catch(next);
  };
  return Object.assign(middleware, { of: (req: Request) => verifier.of(req) });
}
