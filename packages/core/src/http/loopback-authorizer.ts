import { randomBytes } from 'node:crypto';
import type { Authorizer } from '../ports/authorizer.js';
import { bearer } from './bearer.js';

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip'];

/** Lets in requests from this machine that carry the token, for trying things out: none that came through a proxy. */
export function loopbackAuthorizer(): { readonly authorize: Authorizer; readonly token: string } {
  const token = randomBytes(24).toString('base64url');
  const withToken = bearer(token);
  const authorize: Authorizer = (request, permission) => {
    const { remoteAddress, headers } = request;
    if (!isLoopback(remoteAddress) || FORWARDED.some((name) => name in headers)) return false;
    return withToken(request, permission);
  };
  return { authorize, token };
}

function isLoopback(address: string | null): boolean {
  return address !== null && /^(127\.|::1$|::ffff:127\.)/.test(address);
}
