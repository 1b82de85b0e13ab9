import { createHub, github } from '@hookline/core';
import { webhooks } from '@hookline/express';
import { migrate, sequelizeStore } from '@hookline/sequelize';
import express from 'express';
import { Sequelize } from 'sequelize';
import { openPostgres } from '../support/open-postgres.ts';
import { addMessage } from './domain/add-message.ts';
import { AuditListener } from './domain/audit-listener.ts';
import { bindModels } from './domain/bind-models.ts';
import { events } from './domain/events.ts';
import { defineModels } from './domain/models.ts';
import { playStory } from './play-story.ts';
import { authorize, githubSecret } from './secrets.ts';

// Your database: your own tables, and beside them those of Hookline.
const postgres = await openPostgres();
const sequelize = new Sequelize(postgres.url, { logging: false });
defineModels(sequelize);
await sequelize.sync();
await migrate(sequelize);

// The hub: what happens (events), where it is kept (your database), who hears of it.
const store = sequelizeStore(sequelize);
const audit = new AuditListener();
const hub = createHub({
  events,
  store,
  listeners: [audit],
  delivery: { allowAddresses: ['127.0.0.0/8', '::1'] }, // this example's receiver runs on this machine
});
bindModels(hub);

// Your app: /webhooks/admin to manage webhooks and look into deliveries, /webhooks/inbound/github to receive.
const app = express();
app.use(webhooks(hub, { authorize, sources: { github: github({ secret: githubSecret }) } }));
app.post('/conversations/:id/messages', express.json(), async (req, res) => {
  const message = await addMessage(req.params.id, req.body);
  if (message) res.status(201).json(message);
  else res.status(404).json({ error: 'There is no such conversation.' });
});

await playStory('Express', app, { postgres, sequelize, store, hub, audit });
