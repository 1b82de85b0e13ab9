/** A request as core sees it, whatever the framework. Headers in lower case; repeated ones joined with `, `. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as the client sent them, mount path included. */
  readonly url: string;
  /** `https://app.example.com`, by the framework's own proxy settings; null where nobody knows. */
  readonly origin: string | null;
  /** Filled from the route's path: `/webhooks/:id` gives `{ id }`. */
  readonly params: Readonly<Record<string, string>>;
  /** One text per name: of a repeated one the first. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** The peer's address on the socket; never taken from a header. */
  readonly remoteAddress: string | null;
  /** The exact bytes of the body, inflated. Throws BODY_TOO_LARGE, BODY_ALREADY_PARSED or BODY_UNREADABLE; never waits for ever. */
  bytes(): Promise<Buffer>;
  /** The body as JSON: what a parser made of it, or else parsed from the bytes. Throws PAYLOAD_NOT_JSON, too. */
  json(): Promise<unknown>;
  /** The framework's own request: Express `req`, Koa `ctx`. */
  readonly raw: unknown;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string is sent as it is. Nothing is sent where it is left out. */
  readonly body?: unknown;
}

export type HttpMethod = 'get' | 'post' | 'patch' | 'put' | 'delete';

/** A route as data. Paths have `:name` parameters and nothing else, so that every router takes them. */
export interface Route {
  readonly method: HttpMethod;
  readonly path: string;
  /** Never rejects: errors are answers, too. */
  handle(request: HttpRequest): Promise<HttpResponse>;
}
