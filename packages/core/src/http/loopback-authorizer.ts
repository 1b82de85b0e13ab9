import { randomBytes } from 'node:crypto';
import type { Authorizer } from '../ports/authorizer.js';
import { equalInConstantTime } from '../signing/constant-time.js';

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip'];

/** Lets in requests from this machine that carry the token, for trying things out: none that came through a proxy. */
export function loopbackAuthorizer(): { readonly authorize: Authorizer; readonly token: string } {
  const token = randomBytes(24).toString('base64url');
  const authorize: Authorizer = ({ remoteAddress, headers }) => {
    if (!isLoopback(remoteAddress) || FORWARDED.some((name) => name in headers)) return false;
    return equalInConstantTime(headers.authorization ?? '', `Bearer ${token}`) ? true : null;
  };
  return { authorize, token };
}

function isLoopback(address: string | null): boolean {
  return address !== null && /^(127\.|::1$|::ffff:127\.)/.test(address);
}
