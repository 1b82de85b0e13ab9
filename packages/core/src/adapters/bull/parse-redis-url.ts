import type { RedisOptions } from 'ioredis';
import { describe, type Problems } from './option-values.js';

const EXPECTED = 'url: expected one like redis://127.0.0.1:6379, or rediss:// for TLS';
const DEFAULT_PORT = 6379;

/** Null where it is none. Stricter than ioredis, which takes options from the query, as strings. */
export function parseRedisUrl(given: unknown, problems: Problems): RedisOptions | null {
  if (typeof given !== 'string' || given === '') {
    problems.push(`${EXPECTED}, got ${describe(given)}: is the environment variable set?`);
    return null;
  }
  const url = URL.canParse(given) ? new URL(given) : null;
  if (!url || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    // not repeated: it may hold a password
    problems.push(`${EXPECTED}, got ${url ? `one of ${url.protocol}//` : 'no URL'}`);
    return null;
  }
  checkRest(url, problems);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || DEFAULT_PORT,
    ...readLogin(url, problems),
    ...(url.pathname.length > 1 ? { db: Number(url.pathname.slice(1)) } : {}),
    ...(url.searchParams.has('family') ? { family: Number(url.searchParams.get('family')) } : {}),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
  };
}

function checkRest(url: URL, problems: Problems): void {
  if (!/^\/?\d*$/.test(url.pathname))
    problems.push('url: after the host comes the number of a database, or nothing');
  if (url.hash !== '') problems.push('url: a "#" in the password is written %23');
  for (const [name, value] of url.searchParams) {
    const isFamily = name === 'family' && ['0', '4', '6'].includes(value);
    if (!isFamily)
      problems.push(`url: ${name} does not belong in the query: pass { redis: { ... } } with it`);
  }
}

function readLogin(url: URL, problems: Problems): Pick<RedisOptions, 'username' | 'password'> {
  try {
    const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    return { ...(username ? { username } : {}), ...(password ? { password } : {}) };
  } catch {
    problems.push('url: a "%" in user or password is written %25');
    return {};
  }
}
