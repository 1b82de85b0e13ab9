import { inbound } from '@hookline/koa';
import Koa from 'koa';
import { fuzzContract } from '../contracts/framework-fuzz.js';

fuzzContract('Koa', {
  listener: (hub, options) => {
    const app = new Koa();
    app.silent = true;
    return app.use(inbound(hub, options)).callback();
  },
});
