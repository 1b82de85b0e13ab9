import { webhooks } from '@hookline/koa';
import Router from '@koa/router';
import Koa from 'koa';

const hooks = webhooks();
const router = new Router();
router.use('/webhooks', hooks.routes());
const server = new Koa().use(router.routes()).listen(Number(process.env.PORT ?? 0), '127.0.0.1');

hooks.hub.on('conversation.*', (event) => console.log(`heard ${event.type}`, event.data));
await hooks.hub.dispatch('conversation.created', { conversation: { id: 1, status: 'open' } });

if (process.argv.includes('--once')) {
  server.close();
  await hooks.hub.close();
}
