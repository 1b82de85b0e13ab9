import { HooklineError } from '../../errors.js';
import type { Message } from './verification-key.js';

type Placeholder = 'id' | 'timestamp' | 'body';

type TemplatePart = { readonly text: string } | { readonly placeholder: Placeholder };

/** What a sender signs, such as `{id}.{timestamp}.{body}`. */
export interface MessageTemplate {
  readonly parts: readonly TemplatePart[];
  readonly placeholders: ReadonlySet<Placeholder>;
}

export interface MessageValues {
  readonly id: string;
  readonly timestamp: string;
  readonly body: Uint8Array;
}

/** Throws OPTION_INVALID for an unknown placeholder, and for a template that leaves the body unsigned. */
export function parseTemplate(template: string): MessageTemplate {
  const parts = template
    .split(/(\{\w*\})/)
    .filter((text) => text !== '')
    .map((text) => toPart(text, template));
  const placeholders = new Set(parts.flatMap((part) => ('placeholder' in part ? [part.placeholder] : [])));
  if (!placeholders.has('body')) throw invalidTemplate(template);
  return { parts, placeholders };
}

/** The body goes in as the bytes that came. Throws REQUEST_INCOMPLETE for an id that would blur the parts. */
export function fillTemplate({ parts }: MessageTemplate, values: MessageValues): Message {
  return parts.map((part, index) => {
    if ('text' in part) return part.text;
    if (part.placeholder === 'id') refuseBlurring(values.id, parts[index + 1]);
    return values[part.placeholder];
  });
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
  if (name === 'id' || name === 'timestamp' || name === 'body') return { placeholder: name };
  throw invalidTemplate(template);
}

function invalidTemplate(template: string): HooklineError {
  const expected = 'text with {body}, and {id} and {timestamp} where they are signed';
  return new HooklineError('OPTION_INVALID', { option: 'template', expected, got: `"${template}"` });
}
