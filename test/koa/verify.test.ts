import type { RequestListener } from 'node:http';
import { type AnySource, github } from '@hookline/core';
import { captureRawBody, type VerifyOptions, verify } from '@hookline/koa';
import Router from '@koa/router';
import { expect } from 'chai';
import Koa, { type Middleware } from 'koa';
import { koaBody } from 'koa-body';
import request from 'supertest';
import {
  describeWebhook,
  type Parser,
  type VerifyApp,
  verifyContract,
} from '../contracts/framework-verify.js';

const parsers: Readonly<Record<Parser, { front: readonly Middleware[]; behind: readonly Middleware[] }>> = {
  none: { front: [], behind: [] },
  'in front': { front: [koaBody()], behind: [] },
  captured: { front: [captureRawBody(), koaBody()], behind: [] },
  behind: { front: [], behind: [koaBody()] },
};

function listener(app: VerifyApp): RequestListener {
  const { source, parser = 'none', maxBodyBytes } = app;
  const server = new Koa();
  server.silent = true;
  if (app.isProxyTrusted) server.proxy = true;
  const verified = verify(source as AnySource, maxBodyBytes === undefined ? {} : { maxBodyBytes });
  const asked = app.asksAnother ? verify(github({ secret: 'another' })) : verified;
  const router = new Router();
  router.post('/hook', ...parsers[parser].front, verified, ...parsers[parser].behind, (ctx) => {
    const { body } = ctx.request as { body?: unknown };
    ctx.body = {
      onRequest: describeWebhook(ctx.state.webhook),
      fromOf: describeWebhook(asked.of(ctx)),
      ...(body !== undefined && { parsed: body }),
    };
  });
  if (app.hasErrorHandler) server.use(onError);
  server.use((ctx, next) => {
    app.sees?.(ctx.req);
    return next();
  });
  server.use(router.routes());
  return server.callback();
}

const onError: Middleware = async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    const { code, status, statusCode, expose } = error as Record<string, unknown>;
    ctx.status = 299;
    ctx.body = { code, status, statusCode, expose };
  }
};

verifyContract('Koa', {
  verify: (source, options?: VerifyOptions) => verify(source as AnySource, options),
  listener,
});

describe('Koa: the types of verify', () => {
  it("knows the type of the source's data", async () => {
    const source = github<{ readonly total: number }>({ secret: 'typed' });
    const verified = verify(source);
    const router = new Router().post('/hook', verified, (ctx) => {
      const { data, type }: { readonly data: { readonly total: number }; readonly type: string } =
        verified.of(ctx);
      ctx.body = {
        total: data.total.toFixed(2),
        // @ts-expect-error: no such field
        none: data.amount ?? null,
        same: ctx.state.webhook?.type === type,
      };
    });
    const app = new Koa().use(router.routes());
    const { headers, body } = source.sign({ data: { total: 1 }, type: 'order' });
    const response = await request(app.callback()).post('/hook').set(headers).send(body.toString());
    expect(response.body).to.deep.equal({ total: '1.00', none: null, same: true });
  });
});
