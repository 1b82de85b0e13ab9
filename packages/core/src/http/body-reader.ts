import type { IncomingMessage } from 'node:http';

/** Where the bytes of a request may still be found. */
export interface BodySource {
  readonly request: IncomingMessage;
  /** What a body parser made of it: `req.body`, `ctx.request.body`. */
  readonly parsed?: unknown;
  /** What a body parser kept of the text: `req.rawBody`, `ctx.request.rawBody`. */
  readonly rawBody?: unknown;
  readonly maxBytes: number;
}

export declare function createBodyReader(source: BodySource): {
  bytes(): Promise<Buffer>;
  json(): Promise<unknown>;
};
export declare function captureRawBody(request: IncomingMessage): void;
