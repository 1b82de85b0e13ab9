import { ReceivedRequest } from '../inbound-request.js';
import type { Draft, SignContext } from './scheme.js';
import { setField } from './set-field.js';
import type { SignedRules } from './signed.js';
import { TIMESTAMP_FORMATS } from './timestamp-format.js';

/** A timestamp or id that the draft has already stays. */
export function addSignature(
  rules: SignedRules,
  draft: Draft,
  secret: string,
  context: SignContext,
): Partial<Draft> {
  const stamped = withTimestamp(rules, withId(rules, draft, context), context);
  const signer = rules.keys.toSigner(secret);
  const [message = []] = rules.template.compose({
    request: new ReceivedRequest(stamped.draft),
    body: stamped.draft.body,
    timestamp: stamped.timestamp,
    id: rules.idHeaders.length === 0 ? '' : (stamped.draft.headers[rules.idHeaders[0] ?? ''] ?? ''),
    url: () => stamped.draft.url,
  });
  const item = { label: signer.label, value: rules.prefix + signer.sign(message) };
  return put(rules, stamped.draft, toHeader(rules, stamped.timestamp, item));
}

function withId({ idHeaders: [name] }: SignedRules, draft: Draft, { id }: SignContext): Draft {
  if (name === undefined || draft.headers[name] !== undefined) return draft;
  return { ...draft, headers: { ...draft.headers, [name]: id } };
}

function withTimestamp(
  { timestamp: rule }: SignedRules,
  draft: Draft,
  { now }: SignContext,
): { readonly draft: Draft; readonly timestamp: string } {
  if (rule === null) return { draft, timestamp: '' };
  const { from, format } = rule;
  const text = TIMESTAMP_FORMATS[format].write(now);
  if ('label' in from) return { draft, timestamp: text };
  if ('paths' in from) {
    const isNumber = format === 's' || format === 'ms';
    return setField(draft, from.paths[0] ?? '', isNumber ? Number(text) : text);
  }
  const [name = ''] = from.headers;
  const timestamp = draft.headers[name] ?? text;
  return { draft: { ...draft, headers: { ...draft.headers, [name]: timestamp } }, timestamp };
}

function toHeader(
  { list, timestamp: rule }: SignedRules,
  timestamp: string,
  { label, value }: { readonly label: string | null; readonly value: string },
): string {
  if (list === null) return value;
  const labelled = (name: string | null, text: string) =>
    name === null || list.assign === null ? text : `${name}${list.assign}${text}`;
  const stamp = rule && 'label' in rule.from ? [labelled(rule.from.label, timestamp)] : [];
  return [...stamp, labelled(label, value)].join(list.separator);
}

function put({ place, headers: [name = ''] }: SignedRules, draft: Draft, text: string): Partial<Draft> {
  if (place !== null) return { ...draft, ...place.put(draft, text) };
  return { ...draft, headers: { ...draft.headers, [name]: text } };
}
