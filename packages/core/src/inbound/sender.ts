import type { AccountId } from '../events/event.js';
import type { HttpResponse } from '../http/types.js';
import type { InboundRequest, ReceivedRequest } from './inbound-request.js';
import type { FieldLocator, Locator } from './request-field.js';
import type { Scheme, Tolerance } from './schemes/scheme.js';
import type { AsyncSource, Source, VerifiedRequest } from './source.js';
import type { SecretLookup, SourceSecret } from './source-secrets.js';

/**
 * What our knowledge of a sender is from: its own library or tests (`sdk`), its documentation (`docs`), several catalogues
 * that agree (`catalogues`), one source alone (`single`).
 */
export type Evidence = 'sdk' | 'docs' | 'catalogues' | 'single';

/** What a handshake knows besides the request. */
export interface HandshakeContext<More = object> {
  /** Newest first; none where the handshake is to bring it. */
  readonly secrets: readonly string[];
  readonly options: SourceOptions & More;
  /** Throws what `verify` does where the request is not signed as it should be; a promise where keys are fetched. */
  check(): void | Promise<void>;
}

/** A sender, described: how it signs, where its requests say what they are, how it tries a URL. */
export interface Sender<More = object> {
  readonly kind: string;
  /** As its makers write it. */
  readonly title: string;
  /** Where its rules are told. */
  readonly docs: string;
  readonly evidence: Evidence;
  // biome-ignore lint/suspicious/noExplicitAny: keys are made and taken by the scheme alone
  readonly scheme: Scheme<any>;
  /** Default: it gives no id, and nothing is taken for a repetition. */
  readonly id?: Locator;
  /** Default: it names no type, and it is `received`. */
  readonly type?: Locator;
  /** Whether a request without the id or the type that it is to have is refused. Default: it is taken without. */
  readonly isMeaningRequired?: boolean;
  /** Default `['POST']`. */
  readonly methods?: readonly string[];
  readonly handshake?: (
    request: ReceivedRequest,
    context: HandshakeContext<More>,
  ) => HttpResponse | null | Promise<HttpResponse | null>;
  /** Whether its handshake brings the secret, so that there may be none yet. */
  readonly bringsSecret?: true;
  /** What accepted requests are answered, where it insists. */
  readonly accepted?: HttpResponse;
  /** Whether it wants no body in the answer to a refused request. */
  readonly refusesSilently?: boolean;
  /** The names of the options that it has besides those of every source. */
  readonly ownOptions?: readonly string[];
  /** False where its source must be told more than a secret. */
  readonly needsOnlySecret?: false;
  /** What of a request its signature does not cover, besides headers: told in the docs. */
  readonly uncovered?: string;
}

/** What every source can be told, besides its secret. */
export interface SourceOptions<Data = unknown> {
  /**
   * How far the timestamp may be from now, in seconds: on the sides that the sender limits, or by `past` and `future`; Infinity
   * switches the check off. Only for senders that sign one. Default: the sender's own limits.
   */
  readonly toleranceS?: number | Tolerance;
  /**
   * The URL as it was told to the sender, for those that sign it: the whole of it, or its origin (`https://app.example.com`) in
   * front of path and query as they come. Default: what the framework makes of the request by its own proxy settings.
   */
  readonly url?: string | ((request: InboundRequest) => string);
  /** What a request is about: listeners with `order: 'subject'` take those about the same one after the other. Default: nothing. */
  readonly subject?: FieldLocator | ((webhook: VerifiedRequest<Data>) => string | null);
  /** Whose event a request becomes. Default: nobody's. */
  readonly account?: (webhook: VerifiedRequest<Data>, request: InboundRequest) => AccountId | null;
  /** Answers an accepted request in place of `202`: within what the sender waits, as its listeners come later. */
  readonly respond?: (webhook: VerifiedRequest<Data>) => HttpResponse | Promise<HttpResponse>;
}

/** A secret as it is, or several while one takes the place of another. */
export interface WithSecret {
  readonly secret: SourceSecret;
}

/** A secret for each request. */
export interface WithLookup {
  readonly secret: SecretLookup;
}

/**
 * Configures a sender. With a fixed secret its `verify` answers at once; with one that is looked up, a promise.
 *
 * Throws SOURCE_SECRET_MISSING, OPTION_INVALID.
 */
export interface SourceMaker<More = object> {
  <Data = unknown>(options: SourceOptions<Data> & More & WithSecret): Source<Data>;
  <Data = unknown>(options: SourceOptions<Data> & More & WithLookup): AsyncSource<Data>;
  readonly sender: Sender;
}

/** Of a sender that has more to configure than a secret. */
export type OwnSourceMaker<Options, Made = Source> = ((options: Options) => Made) & {
  readonly sender: Sender;
};
