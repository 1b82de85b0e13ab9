import type { AnyHub } from '../hub.js';
import type { Sources } from '../inbound/source.js';
import type { Authorizer } from '../ports/authorizer.js';
import type { Route } from './types.js';

export interface InboundOptions {
  readonly sources?: Sources;
  /** Largest inbound body, in bytes. Default 1,000,000. */
  readonly maxBodyBytes?: number;
  /** Where the routes are found when mounted at the root. */
  readonly path?: string;
}

export interface AdminOptions {
  readonly authorize?: Authorizer;
  /** Where the routes are found when mounted at the root. */
  readonly path?: string;
}

export interface WebhooksOptions extends InboundOptions, AdminOptions {}

/** What a framework package mounts. */
export interface Mount {
  readonly hub: AnyHub;
  readonly routes: readonly Route[];
  /** Where to serve when mounted at the root of the app: `/webhooks`, `/inbound`, `/admin`, or the `path` given. */
  readonly rootPath: string;
  /** Limit for `createBodyReader`, in bytes. */
  readonly maxBodyBytes: number;
}
export declare function mountWebhooks(hub?: AnyHub, options?: WebhooksOptions): Mount;
export declare function mountInbound(hub: AnyHub, options?: InboundOptions): Mount;
export declare function mountAdmin(hub: AnyHub, options?: AdminOptions): Mount;
