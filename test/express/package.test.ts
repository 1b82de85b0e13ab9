import { admin, captureRawBody, inbound, webhooks } from '@hookline/express';
import express from 'express';
import { frameworkPackage } from '../contracts/framework-package.js';

frameworkPackage('Express', {
  webhooks,
  inbound,
  admin,
  listener(middleware, parser) {
    const app = express();
    if (parser === 'captured') app.use(express.json({ verify: captureRawBody }));
    if (parser === 'dropping') app.use(express.json());
    app.use(middleware);
    return app;
  },
});
