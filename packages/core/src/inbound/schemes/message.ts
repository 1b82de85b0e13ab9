import { HooklineError } from '../../errors.js';
import type { ReceivedRequest } from '../inbound-request.js';

/** Stands for the secret itself, in what a sender hashes instead of signing. */
export const SECRET = Symbol('secret');

/** What was signed, in order; texts stand for their UTF-8 bytes. */
export type Message = readonly (string | Uint8Array | typeof SECRET)[];

/** What a message is made of. */
export interface MessageParts {
  readonly request: ReceivedRequest;
  readonly body: Buffer;
  /** As it was written; empty where the sender has none. */
  readonly timestamp: string;
  /** Empty where the sender signs none. */
  readonly id: string;
  /** The URL that the sender was told. */
  url(): string;
}

/** Makes what a sender signs; several where it may be one of them. */
export type ComposeMessage = (parts: MessageParts) => readonly Message[];

type Placeholder = 'id' | 'timestamp' | 'body' | 'url' | 'method' | 'secret';
type TemplatePart = { readonly text: string } | { readonly placeholder: Placeholder };

const PLACEHOLDERS: ReadonlySet<string> = new Set(['id', 'timestamp', 'body', 'url', 'method', 'secret']);

/** What a sender signs, such as `{id}.{timestamp}.{body}`. */
export interface MessageTemplate {
  readonly compose: ComposeMessage;
  readonly placeholders: ReadonlySet<Placeholder>;
}

/** What half of all senders sign. */
const BODY_ALONE: MessageTemplate = { placeholders: new Set(['body']), compose: ({ body }) => [[body]] };

/**
 * A template of text with `{body}`, `{timestamp}`, `{id}`, `{url}`, `{method}` and `{secret}`.
 * Throws OPTION_INVALID for an unknown placeholder, and for a template that leaves the body unsigned.
 */
export function parseTemplate(template: string): MessageTemplate {
  if (template === '{body}') return BODY_ALONE;
  const parts = template
    .split(/(\{\w*\})/)
    .filter((text) => text !== '')
    .map((text) => toPart(text, template));
  const placeholders = new Set(parts.flatMap((part) => ('placeholder' in part ? [part.placeholder] : [])));
  if (!placeholders.has('body')) throw invalidTemplate(template);
  return { placeholders, compose: (values) => [fill(parts, values)] };
}

/**
 * The body goes in as the bytes that came. Texts beside each other become one: each part costs a call into the hash.
 * Throws REQUEST_INCOMPLETE for an id that would blur the parts.
 */
function fill(parts: readonly TemplatePart[], values: MessageParts): Message {
  const message: (string | Uint8Array | typeof SECRET)[] = [];
  let text = '';
  for (const [index, part] of parts.entries()) {
    const value = 'text' in part ? part.text : placed(part.placeholder, values, parts[index + 1]);
    if (typeof value === 'string') {
      text += value;
      continue;
    }
    if (text !== '') message.push(text);
    text = '';
    message.push(value);
  }
  return text === '' ? message : [...message, text];
}

function placed(
  placeholder: Placeholder,
  values: MessageParts,
  next: TemplatePart | undefined,
): string | Uint8Array | typeof SECRET {
  if (placeholder === 'id') refuseBlurring(values.id, next);
  if (placeholder === 'url') return values.url();
  if (placeholder === 'method') return values.request.method;
  return placeholder === 'secret' ? SECRET : values[placeholder];
}

/**
 * An id that holds what separates it from the next part could be cut elsewhere, and one signature would stand for
 * two messages (Standard Webhooks spec, "Signature scheme").
 */
function refuseBlurring(id: string, next: TemplatePart | undefined): void {
  if (next === undefined || !('text' in next) || !id.includes(next.text)) return;
  throw new HooklineError('REQUEST_INCOMPLETE', { what: `an id without "${next.text}"` });
}

function toPart(text: string, template: string): TemplatePart {
  if (!/^\{\w*\}$/.test(text)) return { text };
  const name = text.slice(1, -1);
  if (PLACEHOLDERS.has(name)) return { placeholder: name as Placeholder };
  throw invalidTemplate(template);
}

function invalidTemplate(template: string): HooklineError {
  const expected = 'text with {body}, and {id} and {timestamp} where they are signed';
  return new HooklineError('OPTION_INVALID', { option: 'template', expected, got: `"${template}"` });
}
