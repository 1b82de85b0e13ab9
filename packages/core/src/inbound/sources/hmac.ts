import { HooklineError } from '../../errors.js';
import { requireField } from '../check-source-options.js';
import { createSource } from '../create-source.js';
import type { FieldLocator } from '../request-field.js';
import type { SecretEncoding } from '../schemes/key-format.js';
import { parseTemplate } from '../schemes/message.js';
import type { ListFormat } from '../schemes/signature-list.js';
import { type SignedDescription, signed } from '../schemes/signed.js';
import type { TimestampFormat } from '../schemes/timestamp-format.js';
import type { HmacAlgorithm, SignatureEncoding } from '../schemes/verification-key.js';
import type { Sender, SourceOptions, WithLookup, WithSecret } from '../sender.js';
import type { AnySource, AsyncSource, Source } from '../source.js';

/** A signature header with several items, such as `t=1700000000,v1=...,v1=...`. */
export interface SignatureListOptions {
  /** What stands between two items. Default `,`. */
  readonly separator?: ',' | ';' | ' ';
  /** The label of signatures; items with another one are left alone. Default: items have no labels. */
  readonly label?: string;
  /** What stands between label and value. Default `=`. */
  readonly assign?: '=' | ',';
}

/** Where the sender's timestamp stands: in a header of its own, or under a label in the signature list. */
export type TimestampOptions = ({ readonly header: string } | { readonly label: string }) & {
  /** Default `s`: Unix seconds. */
  readonly format?: TimestampFormat;
};

export interface HmacOptions extends SourceOptions {
  /** How the secret's text stands for the key. Default `utf8`: the text is the key. */
  readonly secretEncoding?: SecretEncoding;
  /** The header with the signature, in any case. */
  readonly header: string;
  /** Default: the header holds one signature. */
  readonly list?: SignatureListOptions;
  /** What stands in front of a signature, such as `sha256=`. Default: nothing. */
  readonly prefix?: string;
  /** Default `sha256`. */
  readonly algorithm?: HmacAlgorithm;
  /** Default `hex`, in either case. */
  readonly encoding?: SignatureEncoding;
  /**
   * What is signed, made of `{body}`, `{timestamp}`, `{id}` (the header named by `id`), `{url}`, `{method}` and plain text.
   * Default `{timestamp}.{body}` with a timestamp, `{body}` without.
   */
  readonly template?: string;
  /** Default: the sender signs none. */
  readonly timestamp?: TimestampOptions;
  /**
   * Where the sender's id of a request stands, by which a repeated one is known: a header, or a path in the JSON
   * body such as `data.id`. A request without it is refused. Default: there is none, and nothing is taken for a repetition.
   */
  readonly id?: FieldLocator;
  /** Where the event type stands. A request without it is refused. Default: there is none, and it is `received`. */
  readonly type?: FieldLocator;
}

/**
 * Any sender that signs with an HMAC and has no source of its own here.
 *
 * Throws SOURCE_SECRET_MISSING, and OPTION_INVALID for options that cannot be right together: a template without
 * the body, a timestamp that is not signed and so protects nothing.
 *
 * @example
 * hmac({ secret, header: 'X-Signature', prefix: 'sha256=', type: { header: 'X-Topic' }, id: { path: 'id' } })
 * @example
 * hmac({ secret, header: 'X-Signature', list: { label: 'v1' }, timestamp: { label: 't' } }) // t=1700000000,v1=...
 */
export function hmac<Data = unknown>(options: HmacOptions & WithSecret): Source<Data>;
export function hmac<Data = unknown>(options: HmacOptions & WithLookup): AsyncSource<Data>;
export function hmac(options: HmacOptions & (WithSecret | WithLookup)): AnySource {
  assertChoices(options);
  for (const name of ['id', 'type'] as const)
    if (options[name] !== undefined) requireField(name, options[name]);
  return createSource(toSender(options), withTolerance(options), options.secret);
}

function toSender(options: HmacOptions): Sender {
  const { id, type } = options;
  return {
    kind: 'hmac',
    title: 'A sender that signs with an HMAC',
    docs: 'https://datatracker.ietf.org/doc/html/rfc2104',
    evidence: 'docs',
    ownOptions: [
      'secretEncoding',
      'header',
      'list',
      'prefix',
      'algorithm',
      'encoding',
      'template',
      'timestamp',
      'id',
      'type',
    ],
    scheme: signed(describe(options)),
    ...(id && { id }),
    ...(type && { type }),
    isMeaningRequired: true,
  };
}

function describe(options: HmacOptions): SignedDescription {
  const { id, list, timestamp, prefix = '', encoding = 'hex', secretEncoding = 'utf8' } = options;
  const message = options.template ?? (timestamp ? '{timestamp}.{body}' : '{body}');
  const idHeader = id && 'header' in id ? id.header : null;
  assertTemplateFits(message, timestamp !== undefined, idHeader !== null);
  if (timestamp && 'label' in timestamp) assertLabels(timestamp.label, list);
  return {
    signature: options.header,
    list: list ? toListFormat(list) : null,
    label: list?.label ?? null,
    prefix,
    algorithm: `hmac-${options.algorithm ?? 'sha256'}`,
    encoding,
    secret: secretEncoding,
    message,
    ...(idHeader !== null && message.includes('{id}') && { id: idHeader }),
    timestamp: timestamp ?? null,
  };
}

/** A sender that signs no timestamp may be told a tolerance all the same: then it says nothing. */
function withTolerance({ toleranceS, ...options }: HmacOptions): HmacOptions {
  return options.timestamp && toleranceS !== undefined ? { ...options, toleranceS } : options;
}

function toListFormat({ separator = ',', label, assign = '=' }: SignatureListOptions): ListFormat {
  return { separator, assign: label === undefined ? null : assign };
}

/** For those who write no TypeScript: a misspelt algorithm must not wait for the first request. */
function assertChoices(options: HmacOptions): void {
  const { header, algorithm = 'sha256', encoding = 'hex', secretEncoding = 'utf8' } = options;
  assertOption('header', typeof header === 'string' && header !== '', 'the name of a header', header);
  assertOneOf('algorithm', ['sha1', 'sha256', 'sha512'], algorithm);
  assertOneOf('encoding', ['hex', 'base64', 'base64url'], encoding);
  assertOneOf('secretEncoding', ['utf8', 'base64', 'hex'], secretEncoding);
}

function assertLabels(label: string, list: SignatureListOptions | undefined): void {
  assertOption('timestamp', list?.label !== undefined, 'a header, as there is no list with labels', label);
}

function assertTemplateFits(template: string, hasTimestamp: boolean, hasId: boolean): void {
  const { placeholders } = parseTemplate(template);
  const isTimestampSigned = placeholders.has('timestamp') === hasTimestamp;
  assertOption('template', isTimestampSigned, 'both `timestamp` and {timestamp}, or neither', template);
  assertOption('template', !placeholders.has('id') || hasId, '`id` to name a header, for {id}', template);
}

function assertOneOf(option: string, choices: readonly string[], got: string): void {
  assertOption(option, choices.includes(got), choices.join(', '), got);
}

function assertOption(option: string, isRight: boolean, expected: string, got: unknown): void {
  if (!isRight) throw new HooklineError('OPTION_INVALID', { option, expected, got: JSON.stringify(got) });
}
