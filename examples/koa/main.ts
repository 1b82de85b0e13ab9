import { createHub, github } from '@hookline/core';
import { webhooks } from '@hookline/koa';
import { migrate, sequelizeStore } from '@hookline/sequelize';
import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import Koa from 'koa';
import { Sequelize } from 'sequelize';
import { addMessage } from '../helpdesk/domain/add-message.ts';
import { AuditListener } from '../helpdesk/domain/audit-listener.ts';
import { bindModels } from '../helpdesk/domain/bind-models.ts';
import { events } from '../helpdesk/domain/events.ts';
import { defineModels } from '../helpdesk/domain/models.ts';
import { playStory } from '../helpdesk/play-story.ts';
import { authorize, githubSecret } from '../helpdesk/secrets.ts';
import { openPostgres } from '../support/open-postgres.ts';

// The same helpdesk as in ../helpdesk/main.ts; only the app differs.
const postgres = await openPostgres();
const sequelize = new Sequelize(postgres.url, { logging: false });
defineModels(sequelize);
await sequelize.sync();
await migrate(sequelize);

const store = sequelizeStore(sequelize);
const audit = new AuditListener();
const hub = createHub({
  events,
  store,
  listeners: [audit],
  delivery: { allowAddresses: ['127.0.0.0/8', '::1'] },
});
bindModels(hub);

const router = new Router();
router.use(
  '/webhooks',
  webhooks(hub, { authorize, sources: { github: github({ secret: githubSecret }) } }).routes(),
);
router.post('/conversations/:id/messages', bodyParser(), async (ctx) => {
  const message = await addMessage(ctx.params.id, ctx.request.body);
  ctx.status = message ? 201 : 404;
  ctx.body = message ?? { error: 'There is no such conversation.' };
});
const app = new Koa().use(router.routes());

await playStory('Koa', app.callback(), { postgres, sequelize, store, hub, audit });
