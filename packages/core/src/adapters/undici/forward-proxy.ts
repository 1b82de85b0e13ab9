import { HooklineError } from '../../errors.js';

/** A proxy that all requests to receivers go through. */
export interface ProxyOptions {
  /** `http:` or `https:`, with user and password where it asks for them. */
  readonly url: string;
  /**
   * Who resolves the names of receivers. `here`: this process, and the proxy is given the address that was judged, so
   * that the URL guard holds behind it too. `proxy`: it is given the name, and has to guard the network itself.
   * Default `here`.
   */
  readonly resolve?: 'here' | 'proxy';
}

export interface ForwardProxy {
  readonly origin: string;
  /** The value of `proxy-authorization`, or null. */
  readonly authorization: string | null;
  readonly resolvesNames: boolean;
}

const EXPECTED = 'an http: or https: URL of a proxy, or { url, resolve }, resolve being "here" or "proxy"';

/** Throws OPTION_INVALID, which does not repeat the URL: there may be a password in it. */
export function resolveProxy(options: string | ProxyOptions | undefined): ForwardProxy | null {
  if (options === undefined) return null;
  const { url, resolve = 'here' } = typeof options === 'string' ? { url: options } : options;
  const parsed = parseProxyUrl(url);
  if (parsed === null) throw invalid('another value');
  if (resolve !== 'here' && resolve !== 'proxy') throw invalid(`resolve: ${JSON.stringify(resolve)}`);
  return {
    origin: parsed.origin,
    authorization: authorizationOf(parsed),
    resolvesNames: resolve === 'proxy',
  };
}

function parseProxyUrl(url: unknown): URL | null {
  try {
    const parsed = new URL(String(url));
    return parsed.protocol === 'http:' || parsed.protocol === 'https:' ? parsed : null;
  } catch {
    return null;
  }
}

/** Basic, as RFC 7617 has it. */
function authorizationOf({ username, password }: URL): string | null {
  if (username === '' && password === '') return null;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

function invalid(got: string): HooklineError {
  return new HooklineError('OPTION_INVALID', { option: 'delivery.proxy', expected: EXPECTED, got });
}
