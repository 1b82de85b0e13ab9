import type { ReceivedRequest } from '../inbound-request.js';
import { addSignature } from './add-signature.js';
import { type KeyDescription, type KeyRules, keyRules } from './algorithm.js';
import { checkSignature } from './check-signature.js';
import { type ComposeMessage, type MessageTemplate, parseTemplate } from './message.js';
import type { Draft, SyncScheme, Tolerance } from './scheme.js';
import type { ListFormat } from './signature-list.js';
import type { TimestampRule } from './signed-timestamp.js';
import type { TimestampFormat } from './timestamp-format.js';
import type { VerificationKey } from './verification-key.js';

/** Where a timestamp stands: a header, an item of the signature header, a field of the body. */
export type TimestampDescription = (
  | { readonly header: string | readonly string[] }
  | { readonly label: string }
  | { readonly path: string | readonly string[] }
) &
  Partial<Tolerance> & {
    /** Default `s`. */
    readonly format?: TimestampFormat;
  };

/** Where signatures are that stand in no header of a fixed name. */
export interface SignaturePlace {
  /** Named in errors. */
  readonly name: string;
  readonly find: (request: ReceivedRequest) => readonly string[];
  readonly put: (draft: Draft, signature: string) => Partial<Draft>;
}

/** A sender that signs its requests, in as few words as possible: what is left out has its usual value. */
export interface SignedDescription extends KeyDescription {
  /** The header with the signature, of several the first that is there; or another place. */
  readonly signature: string | readonly string[] | SignaturePlace;
  /** Default: the header is one signature. */
  readonly list?: ListFormat | null;
  /** Stands in front of every signature; a signature without it is none. Default: nothing does. */
  readonly prefix?: string;
  /** In place of what `KeyDescription` tells, where the secret chooses among several. */
  readonly keys?: KeyRules;
  /** What is signed: a template, or a function. Default `{timestamp}.{body}` where there is a timestamp, else `{body}`. */
  readonly message?: string | ComposeMessage;
  /** False where `message` is a function that leaves some of the body out. */
  readonly coversBody?: boolean;
  /** Set where `message` is a function that takes the URL. */
  readonly signsUrl?: boolean;
  /** The header with the id that is signed; of several the first that is there. */
  readonly id?: string | readonly string[];
  /** 300 s either way, unless told; `past` and `future` in seconds. */
  readonly timestamp?: TimestampDescription | null;
  /** More headers that have no place in a receipt. */
  readonly secretHeaders?: readonly string[];
}

/** A description with everything in its place, as checking and signing need it. */
export interface SignedRules {
  /** In lower case; none where the signature stands elsewhere. */
  readonly headers: readonly string[];
  readonly place: SignaturePlace | null;
  readonly list: ListFormat | null;
  readonly prefix: string;
  readonly template: MessageTemplate;
  readonly idHeaders: readonly string[];
  readonly timestamp: TimestampRule | null;
  readonly keys: KeyRules;
}

/** Throws OPTION_INVALID for a template that cannot be right. */
export function signed(description: SignedDescription): SyncScheme<VerificationKey> {
  const rules = resolve(description);
  return {
    secretHeaders: [...rules.headers, ...lower(description.secretHeaders ?? [])],
    tolerance: rules.timestamp,
    signsHeaders: isInHeaders(rules, description),
    coversBody: description.coversBody ?? true,
    signsUrl: rules.template.placeholders.has('url'),
    toKey: rules.keys.toKey,
    check: (request, keys, context) => checkSignature(rules, request, keys, context),
    sign: (draft, secret, context) => addSignature(rules, draft, secret, context),
  };
}

function resolve(description: SignedDescription): SignedRules {
  const { signature, id = [], timestamp = null } = description;
  const place = typeof signature === 'object' && 'put' in signature ? signature : null;
  const rule = timestamp && toRule(timestamp);
  return {
    headers: place ? [] : lower([signature as string | readonly string[]].flat()),
    place,
    list: description.list ?? null,
    prefix: description.prefix ?? '',
    template: toTemplate(description, rule),
    idHeaders: lower([id].flat()),
    timestamp: rule,
    keys: description.keys ?? keyRules(description),
  };
}

/** A signature of a public key's owner takes another secret than the check of it. */
function isInHeaders(
  { place, timestamp }: SignedRules,
  { algorithm = 'hmac-sha256' }: SignedDescription,
): boolean {
  const isShared = algorithm.startsWith('hmac-') || algorithm.startsWith('sha');
  return isShared && place === null && (timestamp === null || !('paths' in timestamp.from));
}

function toTemplate(
  { message, signsUrl = false }: SignedDescription,
  rule: TimestampRule | null,
): MessageTemplate {
  const usual = rule === null ? '{body}' : '{timestamp}.{body}';
  if (typeof message !== 'function') return parseTemplate(message ?? usual);
  return { compose: message, placeholders: new Set(signsUrl ? ['url'] : []) };
}

function toRule(timestamp: TimestampDescription): TimestampRule {
  const { format = 's', past = 300, future = 300 } = timestamp;
  const rest = { format, past, future };
  if ('header' in timestamp) return { ...rest, from: { headers: lower([timestamp.header].flat()) } };
  return 'label' in timestamp
    ? { ...rest, from: { label: timestamp.label } }
    : { ...rest, from: { paths: [timestamp.path].flat() } };
}

function lower(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toLowerCase());
}
