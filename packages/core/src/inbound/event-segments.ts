/** For a request whose sender names no event type. */
export const DEFAULT_TYPE = 'received';

const MAX_LENGTH = 96;

/**
 * A sender's name for an event, in our segments: `Contact.Created` gives `contact.created`, `invoicePaid`
 * `invoice_paid`, `user-created` `user_created`. What is well-formed already stays as it is; where nothing is left,
 * it is `received`.
 */
export function toEventSegments(text: string, maxLength = MAX_LENGTH): string {
  const segments = text.split('.').map(toSegment);
  const joined = segments.filter((segment) => segment !== '').join('.');
  return joined.slice(0, Math.max(maxLength, 0)).replace(/[._]+$/, '') || DEFAULT_TYPE;
}

function toSegment(text: string): string {
  const words = text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '_');
  return trimUnderscores(words);
}

/** By index: a pattern with `_+$` takes quadratic time, and the text comes from outside. */
function trimUnderscores(text: string): string {
  let start = 0;
  let end = text.length;
  while (text[start] === '_') start++;
  while (end > start && text[end - 1] === '_') end--;
  return text.slice(start, end);
}
