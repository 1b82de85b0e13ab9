// A contender of `inbound`: an Express app with one route for one sender.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { github } from '@hookline/core';
import { inbound, verify } from '@hookline/express';
import { migrate } from '@hookline/sequelize';
import express, { type Express, type RequestHandler } from 'express';
import { Sequelize } from 'sequelize';
import { leave, obey, readConfig } from '../../faults/programs/talk.js';
import { checkByHand, readBytes, storeByHand } from '../peers/inbound-by-hand.js';
import type { InboundAppConfig, InboundAppKind, InboundAppOrder, InboundTaken } from './inbound-messages.js';
import { openHub } from './open-hub.js';

const BYTES_PER_MIB = 1_048_576;
const BACKLOG = 4_096;

const { app: kind, secret, databaseUrl, connections } = readConfig<InboundAppConfig>();
const source = github({ secret });
const closing: (() => Promise<unknown>)[] = [];
let cpu = process.cpuUsage();

const answer: RequestHandler = (_req, res) => {
  res.status(202).end();
};

const MOUNTS: Readonly<Record<InboundAppKind, (app: Express) => unknown>> = {
  bare: (app) => app.post('/inbound/github', readBytes, checkByHand(secret), answer),
  verify: (app) => app.post('/inbound/github', verify(source), answer),
  'by-hand': async (app) =>
    app.post('/inbound/github', readBytes, checkByHand(secret), await storeByHand(openDatabase())),
  receipts: async (app) => {
    const sequelize = openDatabase();
    await migrate(sequelize);
    const hub = await openHub(sequelize, {});
    closing.unshift(() => hub.close());
    app.use(inbound(hub, { sources: { github: source } }));
  },
};

const app = express();
await MOUNTS[kind](app);
const server = createServer(app).listen(0, '127.0.0.1', BACKLOG);
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

obey<InboundAppOrder>((order) => (order.kind === 'port' ? port : taken()));

process.once('SIGTERM', async () => {
  leave();
  server.closeAllConnections();
  server.close();
  for (const close of closing) await close();
});

function openDatabase(): Sequelize {
  if (databaseUrl === undefined) throw new Error(`${kind} needs a database`);
  const sequelize = new Sequelize(databaseUrl, { logging: false, pool: { max: connections } });
  closing.push(() => sequelize.close());
  return sequelize;
}

function taken(): InboundTaken {
  const { user, system } = process.cpuUsage(cpu);
  cpu = process.cpuUsage();
  const memoryMiB = (process.resourceUsage().maxRSS * 1_024) / BYTES_PER_MIB;
  return { cpuMs: (user + system) / 1_000, memoryMiB };
}
