import type { AnyHub } from '@hookline/core';
import {
  type AdminOptions,
  type InboundOptions,
  mountAdmin,
  mountInbound,
  mountWebhooks,
  type WebhooksOptions,
} from '@hookline/core/adapter';
import { type HooklineMiddleware, mountOn } from './mount-on.js';

export type {
  AdminOptions,
  InboundOptions,
  ToContext,
  VerifyOptions,
  WebhooksOptions,
} from '@hookline/core/adapter';
export { captureRawBody } from './capture-raw-body.js';
export { context } from './context.js';
export type { HooklineMiddleware } from './mount-on.js';
export { type VerifyMiddleware, verify } from './verify.js';

/**
 * Inbound webhooks and the admin routes, under `/webhooks`, or where it is mounted: `router.use('/hooks', webhooks(hub).routes())`.
 * Without a hub it makes one of its own, found as `webhooks().hub` and, in later handlers, as `ctx.hub`.
 * Throws what the sources and options are refused with at start-up, such as SOURCE_SECRET_MISSING.
 */
export function webhooks(hub?: AnyHub, options?: WebhooksOptions): HooklineMiddleware {
  return mountOn(mountWebhooks(hub, options));
}

/** Only the inbound webhooks, under `/inbound` or where it is mounted. */
export function inbound(hub: AnyHub, options?: InboundOptions): HooklineMiddleware {
  return mountOn(mountInbound(hub, options));
}

/** Only the admin routes, under `/admin` or where it is mounted. They refuse everybody without `authorize`. */
export function admin(hub: AnyHub, options?: AdminOptions): HooklineMiddleware {
  return mountOn(mountAdmin(hub, options));
}
