import { admin, captureRawBody, inbound, webhooks } from '@hookline/koa';
import Koa from 'koa';
import { koaBody } from 'koa-body';
import { frameworkPackage } from '../contracts/framework-package.js';

frameworkPackage('Koa', {
  webhooks,
  inbound,
  admin,
  listener(middleware, parser) {
    const app = new Koa();
    if (parser === 'captured') app.use(captureRawBody());
    if (parser !== 'none') app.use(koaBody());
    app.use(middleware);
    return app.callback();
  },
});
