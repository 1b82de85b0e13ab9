import type { HttpRequest, Route } from '@hookline/core';

export interface Call {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an answer's JSON, looked into by each test
  readonly body: any;
}

/** Calls an admin route without a framework. */
async function callRoute(
  routes: readonly Route[],
  method: string,
  path: string,
  call: Call,
): Promise<Answer> {
  const route = routes.find((each) => each.method === method && each.path === path);
  if (!route) throw new Error(`no route ${method} ${path}`);
  const { status, body } = await route.handle(aRequest(call));
  return { status, body };
}

export function get(routes: readonly Route[], path: string, call: Call = {}): Promise<Answer> {
  return callRoute(routes, 'get', path, call);
}

export function post(routes: readonly Route[], path: string, call: Call = {}): Promise<Answer> {
  return callRoute(routes, 'post', path, call);
}

function aRequest({ params = {}, query = {}, headers = {}, body }: Call): HttpRequest {
  return {
    ...{
      method: 'GET',
      url: '/',
      origin: null,
      params,
      query,
      headers,
      remoteAddress: '127.0.0.1',
      raw: null,
    },
    bytes: async () => Buffer.from(JSON.stringify(body ?? '')),
    json: async () => body,
  };
}
