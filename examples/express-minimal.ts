import { webhooks } from '@hookline/express';
import express from 'express';

const app = express();
const hooks = webhooks();
app.use(hooks);
const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1');

hooks.hub.on('conversation.*', (event) => console.log(`heard ${event.type}`, event.data));
await hooks.hub.dispatch('conversation.created', { conversation: { id: 1, status: 'open' } });

if (process.argv.includes('--once')) {
  server.close();
  await hooks.hub.close();
}
