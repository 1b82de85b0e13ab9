import { HooklineError } from '../../errors.js';
import type { FieldLocator } from '../request-field.js';
import { hmacScheme, type SecretEncoding } from '../schemes/hmac-scheme.js';
import type { ListFormat } from '../schemes/signature-list.js';
import type { SignatureScheme } from '../schemes/signature-scheme.js';
import type { TimestampRule, TimestampUnit } from '../schemes/signed-timestamp.js';
import type { HmacAlgorithm, SignatureEncoding } from '../schemes/verification-key.js';
import type { Source } from '../source.js';
import type { SourceSecret } from '../source-secrets.js';
import { readMeaning, signedSource } from './signed-source.js';
import { toleranceOf } from './tolerance.js';

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
  readonly unit?: TimestampUnit;
};

export interface HmacOptions {
  /** Several while one is changed: any of them may have signed. */
  readonly secret: SourceSecret;
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
   * What is signed, made of `{body}`, `{timestamp}`, `{id}` (the header named by `id`) and plain text.
   * Default `{timestamp}.{body}` with a timestamp, `{body}` without.
   */
  readonly template?: string;
  /** Default: the sender signs none. */
  readonly timestamp?: TimestampOptions;
  /**
   * How far the timestamp may be from now, in seconds: either way, or by `past` and `future`; Infinity switches the
   * check off. Default 300.
   */
  readonly toleranceS?: number | { readonly past: number; readonly future: number };
  /**
   * Where the sender's id of a request stands, by which a repeated one is known: a header, or a path in the JSON
   * body such as `data.id`. A request without it is refused. Default: there is none, and nothing is taken for a repetition.
   */
  readonly id?: FieldLocator;
  /** Where the event type stands. A request without it is refused. Default: there is none, and it is `received`. */
  readonly type?: FieldLocator;
}

/**
 * Any sender of JSON that signs with an HMAC and has no source of its own here.
 *
 * Throws SOURCE_SECRET_MISSING, and OPTION_INVALID for options that cannot be right together: a template without
 * the body, a timestamp that is not signed and so protects nothing.
 *
 * @example
 * hmac({ secret, header: 'X-Signature', prefix: 'sha256=', type: { header: 'X-Topic' }, id: { path: 'id' } })
 * @example
 * hmac({ secret, header: 'X-Signature', list: { label: 'v1' }, timestamp: { label: 't' } }) // t=1700000000,v1=...
 */
export function hmac(options: HmacOptions): Source {
  const { id = null, type = null } = options;
  return signedSource(genericHmacScheme(options), (request) => readMeaning(request, { id, type }));
}

export function genericHmacScheme(options: HmacOptions): SignatureScheme {
  const { list, timestamp, template = timestamp ? '{timestamp}.{body}' : '{body}' } = options;
  assertChoices(options);
  const idHeader = options.id && 'header' in options.id ? options.id.header : null;
  const scheme = hmacScheme({
    ...options,
    kind: 'hmac',
    list: list ? toListFormat(list) : null,
    label: list?.label ?? null,
    template,
    idHeader,
    timestamp: timestamp ? toRule(timestamp, options) : null,
  });
  assertTemplateFits(scheme, template);
  return scheme;
}

function toListFormat({ separator = ',', label, assign = '=' }: SignatureListOptions): ListFormat {
  return { separator, assign: label === undefined ? null : assign };
}

function toRule(timestamp: TimestampOptions, { toleranceS, list }: HmacOptions): TimestampRule {
  const { past, future } =
    typeof toleranceS === 'object' ? toleranceS : { past: toleranceS, future: toleranceS };
  if ('label' in timestamp)
    assertOption(
      'timestamp',
      list?.label !== undefined,
      'a header, as there is no list with labels',
      timestamp.label,
    );
  return {
    from: 'header' in timestamp ? { headers: [timestamp.header.toLowerCase()] } : { label: timestamp.label },
    unit: timestamp.unit ?? 's',
    maxAgeS: toleranceOf(past),
    maxAheadS: toleranceOf(future),
  };
}

/** For those who write no TypeScript: a misspelt algorithm must not wait for the first request. */
function assertChoices({
  header,
  algorithm = 'sha256',
  encoding = 'hex',
  secretEncoding = 'utf8',
}: HmacOptions): void {
  assertOption('header', typeof header === 'string' && header !== '', 'the name of a header', header);
  assertOneOf('algorithm', ['sha1', 'sha256', 'sha512'], algorithm);
  assertOneOf('encoding', ['hex', 'base64', 'base64url'], encoding);
  assertOneOf('secretEncoding', ['utf8', 'base64', 'hex'], secretEncoding);
}

function assertTemplateFits(
  { template: { placeholders }, timestamp, idHeaders }: SignatureScheme,
  template: string,
): void {
  const isTimestampSigned = placeholders.has('timestamp') === (timestamp !== null);
  assertOption('template', isTimestampSigned, 'both `timestamp` and {timestamp}, or neither', template);
  assertOption(
    'template',
    !placeholders.has('id') || idHeaders.length > 0,
    '`id` to name a header, for {id}',
    template,
  );
}

function assertOneOf(option: string, choices: readonly string[], got: string): void {
  assertOption(option, choices.includes(got), choices.join(', '), got);
}

function assertOption(option: string, isRight: boolean, expected: string, got: unknown): void {
  if (!isRight) throw new HooklineError('OPTION_INVALID', { option, expected, got: JSON.stringify(got) });
}
