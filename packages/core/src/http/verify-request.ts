import { refuseMisspelt } from '../check-options.js';
import { HooklineError } from '../errors.js';
import { ReceivedRequest } from '../inbound/inbound-request.js';
import type { AnySource, AsyncSource, Source, VerifiedRequest } from '../inbound/source.js';
import { isThenable } from '../thenable.js';
import { bodyLimit } from './body-limit.js';
import type { HttpRequest, HttpResponse } from './types.js';

export interface VerifyOptions {
  /** Largest body, in bytes. Default 1,000,000. */
  readonly maxBodyBytes?: number;
}

/** What a verification needs of a request. */
export type VerifiableRequest = Pick<HttpRequest, 'method' | 'url' | 'origin' | 'headers' | 'bytes'> & {
  readonly raw: object;
};

/** What a request turned out to be: the sender's own, or a trial of the URL, which is answered and goes no further. */
export type Verification<Data> =
  | { readonly webhook: VerifiedRequest<Data> }
  | { readonly answer: HttpResponse };

/** What the middleware `verify(source)` of a framework package does, whatever the framework. */
export interface RequestVerifier<Data> {
  /** Limit for `createBodyReader`, in bytes. */
  readonly maxBodyBytes: number;
  /** Throws what the reading of the body and the source's `handshake` and `verify` throw. */
  verify(request: VerifiableRequest): Promise<Verification<Data>>;
  /** What it found for the framework's own request. Throws WEBHOOK_NOT_VERIFIED where it found nothing. */
  of(raw: object): VerifiedRequest<Data>;
}

/** Throws OPTION_INVALID for what is no source, or no limit. */
export function createVerifier<Data>(
  source: Source<Data> | AsyncSource<Data>,
  options: VerifyOptions = {},
): RequestVerifier<Data> {
  assertSource(source);
  for (const name of Object.keys(options)) refuseMisspelt(name, ['maxBodyBytes']);
  const found = new WeakMap<object, VerifiedRequest<Data>>();
  return {
    maxBodyBytes: bodyLimit(options.maxBodyBytes),
    async verify(request) {
      const received = toRequest(request, await request.bytes());
      const answered = source.handshake(received);
      const answer = isThenable(answered) ? await answered : answered;
      if (answer !== null) return { answer };
      if (!source.methods.includes(received.method))
        throw methodRefused(source.kind, source, received.method);
      const verified = source.verify(received);
      const webhook = isThenable(verified) ? await verified : verified;
      found.set(request.raw, webhook);
      return { webhook };
    },
    of(raw) {
      const webhook = found.get(raw);
      if (webhook === undefined) throw new HooklineError('WEBHOOK_NOT_VERIFIED', { source: source.kind });
      return webhook;
    },
  };
}

export function methodRefused(
  name: string,
  { methods }: Pick<AnySource, 'methods'>,
  method: string,
): HooklineError {
  return new HooklineError('METHOD_NOT_ALLOWED', { source: name, allowed: methods.join(', '), method });
}

/** A request as a source takes it. */
export function toRequest(
  { method, url, origin, headers, raw }: Pick<HttpRequest, 'method' | 'url' | 'origin' | 'headers' | 'raw'>,
  body: Buffer,
): ReceivedRequest {
  return new ReceivedRequest({ method, url, origin, headers, body, raw });
}

function assertSource(source: unknown): asserts source is AnySource {
  if (typeof (source as Partial<AnySource> | null | undefined)?.verify === 'function') return;
  const got = typeof source === 'string' ? `"${source}"` : source === null ? 'null' : typeof source;
  throw new HooklineError('OPTION_INVALID', {
    option: 'source',
    expected: 'a source, such as github({ secret })',
    got,
  });
}
