import type { RequestListener } from 'node:http';
import type { AnyHub, AnySource } from '@hookline/core';
import type { HttpMethod, HttpRequest, HttpResponse, Mount } from '@hookline/core/adapter';
import { isHooklineError } from '../../packages/core/src/errors.js';
import type { Fates } from './raw-body-table.js';

/** In place of a mount: `verify(source)` and a handler that answers 202, wherever the mount would be found. */
export interface Verifying {
  readonly source: AnySource;
  readonly maxBodyBytes: number;
}

/** What the app of a harness is asked to be. */
export interface AppShape {
  readonly mount: Mount | Verifying;
  /** One of the harness's `places`. */
  readonly place: string;
  /** One of the harness's `setups`. Default: no body parser. */
  readonly setup?: string;
}

/** A framework as the contract suite drives it. Its apps end in a handler that answers `FOREIGN` with `{ hub }`. */
export interface FrameworkHarness {
  /** Ways to mount, each with the path under which the routes are then found. */
  readonly places: Readonly<Record<string, string>>;
  /** Body parsers around Hookline, each with what becomes of a body. */
  readonly setups: Readonly<Record<string, Fates>>;
  /** The app, or with a source in place of a mount one that answers its requests behind `verify(source)` with 202. */
  listener(shape: AppShape): RequestListener;
}

export const FOREIGN = 299;

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
