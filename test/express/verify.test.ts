import type { RequestListener } from 'node:http';
import { type AnySource, github } from '@hookline/core';
import { captureRawBody, type VerifyOptions, verify } from '@hookline/express';
import { expect } from 'chai';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import request from 'supertest';
import {
  describeWebhook,
  type Parser,
  type VerifyApp,
  verifyContract,
} from '../contracts/framework-verify.js';

const parsers: Readonly<
  Record<Parser, { front: readonly RequestHandler[]; behind: readonly RequestHandler[] }>
> = {
  none: { front: [], behind: [] },
  'in front': { front: [express.json()], behind: [] },
  captured: { front: [captureRawBody, express.json()], behind: [] },
  behind: { front: [], behind: [express.json()] },
};

function listener(app: VerifyApp): RequestListener {
  const { source, parser = 'none', maxBodyBytes } = app;
  const server = express();
  server.set('env', 'test');
  if (app.isProxyTrusted) server.set('trust proxy', true);
  const verified = verify(source as AnySource, maxBodyBytes === undefined ? {} : { maxBodyBytes });
  const asked = app.asksAnother ? verify(github({ secret: 'another' })) : verified;
  const look: RequestHandler = (req, _res, next) => {
    app.sees?.(req);
    next();
  };
  const answer: RequestHandler = (req, res) => {
    const { webhook, body } = req;
    res.json({
      onRequest: describeWebhook(webhook),
      fromOf: describeWebhook(asked.of(req)),
      ...(body !== undefined && { parsed: body }),
    });
  };
  server.post('/hook', look, ...parsers[parser].front, verified, ...parsers[parser].behind, answer);
  if (app.hasErrorHandler) server.use(onError);
  return server;
}

const onError: ErrorRequestHandler = ({ code, status, statusCode, expose }, _req, res, _next) => {
  res.status(299).json({ code, status, statusCode, expose });
};

verifyContract('Express', {
  verify: (source, options?: VerifyOptions) => verify(source as AnySource, options),
  listener,
});

describe('Express: the types of verify', () => {
  it("knows the type of the source's data", async () => {
    const source = github<{ readonly total: number }>({ secret: 'typed' });
    const verified = verify(source);
    const app = express().post('/hook', verified, (req, res) => {
      const { data, type }: { readonly data: { readonly total: number }; readonly type: string } =
        verified.of(req);
      // @ts-expect-error: no such field
      res.json({ total: data.total.toFixed(2), none: data.amount ?? null, same: req.webhook?.type === type });
    });
    const { headers, body } = source.sign({ data: { total: 1 }, type: 'order' });
    const response = await request(app).post('/hook').set(headers).send(body.toString());
    expect(response.body).to.deep.equal({ total: '1.00', none: null, same: true });
  });
});
