import type { RequestListener } from 'node:http';
import type { AnyHub } from '@hookline/core';
import type { HttpMethod, HttpRequest, HttpResponse, Mount } from '@hookline/core/adapter';
import { isHooklineError } from '../../packages/core/src/errors.js';

/** What the app of a harness is asked to be. */
export interface AppShape {
  readonly mount: Mount;
  /** One of the harness's `places`. */
  readonly place: string;
  /** One of the harness's `setups`. Default: no body parser. */
  readonly setup?: string;
}

/** `kept`: the route gets the exact bytes. `gone`: it is refused with BODY_ALREADY_PARSED. */
export type Fate = 'kept' | 'gone';

/** A framework as the contract suite drives it. Its apps end in a handler that answers `FOREIGN` with `{ hub }`. */
export interface FrameworkHarness {
  /** Ways to mount, each with the path under which the routes are then found. */
  readonly places: Readonly<Record<string, string>>;
  /** Body parsers around Hookline, each with what becomes of the bytes, by content type. */
  readonly setups: Readonly<Record<string, Readonly<Record<ContentType, Fate>>>>;
  listener(shape: AppShape): RequestListener;
}

export const FOREIGN = 299;

export const CONTENT_TYPES = [
  'application/json',
  'application/vnd.x+json',
  'text/plain',
  'application/x-www-form-urlencoded',
] as const;

export type ContentType = (typeof CONTENT_TYPES)[number];

/** The same fate for every content type. */
export const all = (fate: Fate): Record<ContentType, Fate> => fates(fate, fate, fate, fate);

export const fates = (json: Fate, vendorJson: Fate, text: Fate, form: Fate): Record<ContentType, Fate> => ({
  'application/json': json,
  'application/vnd.x+json': vendorJson,
  'text/plain': text,
  'application/x-www-form-urlencoded': form,
});

export const stubHub = { registry: 'stub' } as unknown as AnyHub;

type Handle = (request: HttpRequest) => Promise<HttpResponse> | HttpResponse;

/** Routes by `METHOD /path`; errors of the catalogue become coded answers, all others stay our bug. */
export function stubMount(handlers: Readonly<Record<string, Handle>>, maxBodyBytes = 1_000_000): Mount {
  const routes = Object.entries(handlers).map(([key, handle]) => {
    const [method = '', path = ''] = key.split(' ');
    return { method: method.toLowerCase() as HttpMethod, path, handle: coded(handle) };
  });
  return { hub: stubHub, routes, rootPath: '/webhooks', maxBodyBytes };
}

function coded(handle: Handle): (request: HttpRequest) => Promise<HttpResponse> {
  return async (request) => {
    try {
      return await handle(request);
    } catch (error) {
      if (!isHooklineError(error)) throw error;
      const { code, message, hint } = error;
      return { status: error.status, body: { error: { code, message, hint } } };
    }
  };
}
