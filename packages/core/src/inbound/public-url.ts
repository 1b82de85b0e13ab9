import { HooklineError } from '../errors.js';
import type { ReceivedRequest } from './inbound-request.js';
import type { SourceOptions } from './sender.js';

const ORIGIN = /^https?:\/\/[^/?#]+\/?$/i;
const WHOLE_URL = /^https?:\/\//i;

/**
 * The URL that a sender was told: the option's, or else what is known of the request. Never from a header that a client
 * chooses: an open trust in them lets it choose what was signed.
 *
 * Throws OPTION_INVALID where neither is whole.
 */
export function publicUrl(option: SourceOptions['url'], request: ReceivedRequest): string {
  const told = typeof option === 'function' ? requireUrl(option(request)) : option;
  if (told !== undefined) return ORIGIN.test(told) ? told.replace(/\/$/, '') + pathOf(request.url) : told;
  if (WHOLE_URL.test(request.url)) return request.url;
  if (request.origin !== null) return request.origin + request.url;
  const expected = 'the URL that the sender was told, as it signs it and the request has only a path';
  throw new HooklineError('OPTION_INVALID', { option: 'url', expected, got: request.url });
}

function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/?#]*/i, '');
}

/** Throws OPTION_INVALID. */
function requireUrl(told: unknown): string {
  if (typeof told === 'string' && /^https?:\/\/[^/?#]/i.test(told)) return told;
  const expected = 'a function that answers a URL with scheme and host';
  const got = typeof told === 'string' ? `"${told}"` : typeof told;
  throw new HooklineError('OPTION_INVALID', { option: 'url', expected, got });
}
