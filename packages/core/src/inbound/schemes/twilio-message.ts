import { createHash } from 'node:crypto';
import querystring from 'node:querystring';
import { equalInConstantTime } from '../../signing/constant-time.js';
import type { Message, MessageParts } from './message.js';
import { isForm, sortedForm } from './sorted-form.js';

/**
 * What Twilio signs: the URL, and after it the form; of another body a hash stands in the URL. Twilio is not of one mind about
 * the URL: with and without its port, its query as it is and as an older encoder writes it (twilio-node, `validateRequest`).
 */
export function twilioMessages({ request, body, url }: MessageParts): readonly Message[] {
  const fields = fieldsOf(request.header('content-type'), body, request.query('bodySHA256'));
  return fields === null ? [] : spellingsOf(url()).map((spelling) => [spelling + fields]);
}

/** Null where the body is not covered. */
function fieldsOf(contentType: string | null, body: Buffer, bodyHash: string | null): string | null {
  if (bodyHash !== null) {
    const expected = createHash('sha256').update(body).digest('hex');
    return equalInConstantTime(bodyHash, expected) ? '' : null;
  }
  if (body.length === 0) return '';
  return isForm(contentType) ? sortedForm(body) : null;
}

function spellingsOf(told: string): readonly string[] {
  const url = parseUrl(told);
  if (url === null) return [told];
  const ports = [withoutPort(url), url.port === '' ? withStandardPort(url) : url.toString()];
  return [...new Set([told, ...ports, ...ports.map(inOlderEncoding)])];
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function withoutPort(url: URL): string {
  const copy = new URL(url);
  copy.port = '';
  return copy.toString();
}

/** By hand: URL leaves out a port that is the scheme's own. */
function withStandardPort({ protocol, username, password, host, pathname, search, hash }: URL): string {
  const user = username + (password === '' ? '' : `:${password}`);
  const port = protocol === 'https:' ? 443 : 80;
  return `${protocol}//${user === '' ? '' : `${user}@`}${host}:${port}${pathname}${search}${hash}`;
}

function inOlderEncoding(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? url : `${url.slice(0, at)}?${querystring.stringify(querystring.parse(url.slice(at + 1)))}`;
}
