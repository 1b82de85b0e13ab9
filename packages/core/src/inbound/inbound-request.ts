import type { IncomingHttpHeaders } from 'node:http';
import { HooklineError } from '../errors.js';
import { lowerCaseHeaders } from '../http/headers.js';
import { type Content, readContent } from './request-content.js';
import { headerValue } from './request-headers.js';

/** An inbound request as a source sees it. Header names in lower case; repeated ones joined with `, `. */
export interface InboundRequest {
  readonly method: string;
  /** Path and query as they came, or the whole URL. */
  readonly url: string;
  /** `https://app.example.com`, as the framework's own proxy settings have it; null where nobody knows. */
  readonly origin: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The exact bytes. */
  readonly body: Buffer;
  /** The framework's own request: Express `req`, Koa `ctx`. */
  readonly raw?: unknown;
}

/** A request from anywhere: Node's, a framework's, a serverless function's. */
export interface RequestInput {
  /** Default `POST`. */
  readonly method?: string | undefined;
  /** Path and query, or the whole URL. Default `/`. */
  readonly url?: string | undefined;
  /** Scheme, host and port, where `url` lacks them. */
  readonly origin?: string | null;
  /** Node's `req.headers`, or a fetch `Headers`; names in any case. */
  readonly headers: IncomingHttpHeaders | Iterable<readonly [string, string]>;
  /** The body as it came: its bytes, or its text. Never a parsed and re-serialised one. */
  readonly body: Uint8Array | string;
  readonly raw?: unknown;
}

/** An inbound request, read as often as it takes and parsed once. */
export class ReceivedRequest implements InboundRequest {
  readonly method: string;
  readonly url: string;
  readonly origin: string | null;
  readonly body: Buffer;
  readonly raw: unknown;
  readonly #given: RequestInput['headers'];
  #headers: Readonly<Record<string, string>> | undefined;
  #content: Content | undefined;
  #query: URLSearchParams | undefined;

  /** Throws OPTION_INVALID. */
  constructor({ method = 'POST', url = '/', origin = null, headers, body, raw }: RequestInput) {
    if (typeof headers !== 'object' || headers === null)
      throw invalid('headers', "the request's headers", headers);
    this.method = method.toUpperCase();
    this.url = url;
    this.origin = origin;
    this.#given = headers;
    this.body = toBytes(body);
    this.raw = raw;
  }

  get headers(): Readonly<Record<string, string>> {
    this.#headers ??= toHeaders(this.#given);
    return this.#headers;
  }

  /** Null where it is not there, or empty. The name in lower case. */
  header(name: string): string | null {
    // nearly all come from Node, in lower case
    const given = Object.hasOwn(this.#given, name) ? (this.#given as IncomingHttpHeaders)[name] : undefined;
    if (typeof given === 'string') return given === '' ? null : given;
    return headerValue(this.headers, name);
  }

  /** Null where it is not there; of a repeated one the first. */
  query(name: string): string | null {
    return this.queries.get(name);
  }

  get queries(): URLSearchParams {
    this.#query ??= new URLSearchParams(queryOf(this.url));
    return this.#query;
  }

  /** What the body says. Throws PAYLOAD_NOT_JSON. */
  get content(): Content {
    this.#content ??= readContent(this.body, this.header('content-type'));
    return this.#content;
  }
}

/** Throws OPTION_INVALID. */
export function toReceived(input: RequestInput): ReceivedRequest {
  return input instanceof ReceivedRequest ? input : new ReceivedRequest(input);
}

function queryOf(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1).replace(/#.*$/s, '');
}

function toHeaders(headers: RequestInput['headers']): Readonly<Record<string, string>> {
  return lowerCaseHeaders(Symbol.iterator in headers ? joined(headers) : headers);
}

function joined(headers: Iterable<readonly [string, string]>): Readonly<Record<string, string[]>> {
  const byName = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    byName.set(key, [...(byName.get(key) ?? []), value]);
  }
  return Object.fromEntries(byName);
}

function toBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw invalid('body', 'the bytes or the text that came, read before any body parser', body);
}

function invalid(option: string, expected: string, got: unknown): HooklineError {
  return new HooklineError('OPTION_INVALID', { option, expected, got: got === null ? 'null' : typeof got });
}
