import querystring from 'node:querystring';
import { HooklineError } from '../../errors.js';
import { defineSender } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import type { MessageParts } from '../schemes/message.js';
import type { SyncScheme } from '../schemes/scheme.js';
import { signed } from '../schemes/signed.js';
import type { VerificationKey } from '../schemes/verification-key.js';

const TIMESTAMP = 'x-contentful-timestamp';
const NAMES = 'x-contentful-signed-headers';
/** The headers that are signed where a request is signed here. */
const USUAL = ['content-type', NAMES, TIMESTAMP, 'x-contentful-topic'];

const canonical = signed({
  signature: 'x-contentful-signature',
  message: toMessages,
  // Contentful's own library refuses from thirty seconds on
  timestamp: { header: TIMESTAMP, format: 'ms', past: 29.999, future: Number.POSITIVE_INFINITY },
});

const scheme: SyncScheme<VerificationKey> = {
  ...canonical,
  sign(draft, secret, context) {
    const headers = { [NAMES]: signedNames(draft.headers).join(','), ...draft.headers };
    return canonical.sign({ ...draft, headers }, secret, context);
  },
};

/**
 * Contentful's webhooks and app requests: hex over method, path, the headers that the request names, and body. The secret is the
 * signing secret of the space's webhooks or of the app. A request is too old after thirty seconds, as in Contentful's own library.
 *
 * The path is signed as Contentful sent it: a proxy in front of the app must not take some of it away. No id comes with a request:
 * one that is sent again counts again. The topic `ContentManagement.Entry.publish` is the type.
 */
export const contentful = defineSender({
  kind: 'contentful',
  title: 'Contentful',
  docs: 'https://www.contentful.com/developers/docs/webhooks/request-verification/',
  evidence: 'sdk',
  scheme,
  type: { header: 'X-Contentful-Topic' },
});

function signedNames(headers: Readonly<Record<string, string>>): readonly string[] {
  return USUAL.filter((name) => headers[name] !== undefined || name === NAMES || name === TIMESTAMP);
}

function toMessages({ request, body, timestamp }: MessageParts) {
  const names = namesOf(request);
  const values = names.map((name) => {
    const value = name === TIMESTAMP ? timestamp : (request.headers[name] ?? '').trim();
    return `${name}:${value}`;
  });
  return [[`${request.method}\n${escapedPath(request)}\n${values.join(';')}\n`, body]];
}

/** A timestamp that is not signed would protect nothing. */
function namesOf(request: ReceivedRequest): readonly string[] {
  const names = (request.header(NAMES) ?? '').split(',').map((name) => name.trim().toLowerCase());
  if (names.includes(TIMESTAMP) && names.includes(NAMES)) return names.sort();
  throw new HooklineError('REQUEST_INCOMPLETE', { what: `${TIMESTAMP} among the names in ${NAMES}` });
}

/** Escaped twice, as Contentful's own library does it. */
function escapedPath({ url }: ReceivedRequest): string {
  const [path = '', query = ''] = url.replace(/^https?:\/\/[^/?#]*/i, '').split('?');
  return encodeURI(query === '' ? path : `${path}?${querystring.escape(query)}`);
}
