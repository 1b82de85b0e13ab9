import { once } from 'node:events';
import { bearer } from '@hookline/core';
import { webhooks } from '@hookline/express';
import express from 'express';
import { Message, sequelize } from './database.ts';
import { hub } from './hub.ts';
import { logger } from './logger.ts';

await hub.start({ roles: ['web'] }); // first of all: mounting starts a hub, too, and then with every role

const app = express();
app.use('/hooks', webhooks(hub, { authorize: bearer(process.env.ADMIN_TOKEN) }));
app.post('/messages', express.json(), async (req, res) => {
  const { text } = req.body as { readonly text?: string };
  res.status(201).json(await Message.create({ text: String(text) }));
});

const server = app.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? '127.0.0.1');
await once(server, 'listening');
logger.info({ address: server.address() }, 'listening');

process.once('SIGTERM', async () => {
  server.close(); // takes no more requests
  await once(server, 'close'); // has answered those it took
  await hub.close();
  await sequelize.close();
}); // nothing is left open, so the process ends
