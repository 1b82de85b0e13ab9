import { HooklineError } from '../../errors.js';
import { equalInConstantTime } from '../../signing/constant-time.js';
import { fieldReader } from '../request-field.js';
import type { SyncScheme } from './scheme.js';
import { withValue } from './set-field.js';

/** Where a sender shows the secret itself. Nothing else of the request is protected by it. */
export type TokenPlace = { readonly header: string } | { readonly query: string } | { readonly path: string };

/** A sender that shows the secret itself: `prefix` stands in front of it. */
export function sharedToken(place: TokenPlace, prefix = ''): SyncScheme<string> {
  const header = 'header' in place ? place.header.toLowerCase() : null;
  const read = fieldReader(place);
  return {
    secretHeaders: header === null ? [] : [header],
    secretQuery: 'query' in place ? [place.query] : [],
    tolerance: null,
    coversBody: false,
    signsHeaders: header !== null,
    signsUrl: false,
    toKey: (secret) => prefix + secret,
    check(request, keys, { kind }) {
      const shown = read(request);
      if (shown === null) throw new HooklineError('SIGNATURE_MISSING', { header: nameOf(place) });
      // every key is compared, so that the time tells nothing of which
      const matches = keys.filter((key) => equalInConstantTime(shown, key));
      if (matches.length === 0) throw new HooklineError('SIGNATURE_MISMATCH', { source: kind });
    },
    sign(draft, secret) {
      const shown = prefix + secret;
      if (header !== null) return { headers: { ...draft.headers, [header]: shown } };
      if ('query' in place) return { url: withQuery(draft.url, place.query, shown) };
      if (!('path' in place)) return {};
      const data = withValue(JSON.parse(draft.body.toString()), place.path.split('.'), shown);
      return { body: Buffer.from(JSON.stringify(data)) };
    },
  };
}

/** HTTP Basic: the secret is `user:password`. */
export function basicAuth(): SyncScheme<string> {
  const plain = sharedToken({ header: 'authorization' });
  const encode = (secret: string) => `Basic ${Buffer.from(secret, 'utf8').toString('base64')}`;
  return {
    ...plain,
    toKey: (secret) => {
      if (secret.includes(':')) return encode(secret);
      throw new HooklineError('OPTION_INVALID', {
        option: 'secret',
        expected: '"user:password"',
        got: `${secret.length} characters without a colon`,
      });
    },
    sign: (draft, secret, context) => plain.sign(draft, encode(secret), context),
  };
}

function nameOf(place: TokenPlace): string {
  if ('header' in place) return place.header;
  return 'query' in place ? `(URL parameter) ${place.query}` : `(body) ${place.path}`;
}

function withQuery(url: string, name: string, value: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}`;
}
