import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createHub, defineEvents, github, type Hub, memoryStore, payload, type Store } from '@hookline/core';
import { type Receiver, startReceiver } from '@hookline/core/testing';
import { webhooks as expressWebhooks } from '@hookline/express';
import { webhooks as koaWebhooks } from '@hookline/koa';
import { migrate, sequelizeStore } from '@hookline/sequelize';
import Router from '@koa/router';
import { sign } from '@octokit/webhooks-methods';
import { expect } from 'chai';
import express from 'express';
import Koa from 'koa';
import { Sequelize } from 'sequelize';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { freshDatabase } from './support/postgres.js';
import { RecordingLogger } from './support/recording-logger.js';

const SECRET = "It's a Secret to Everybody";
const events = defineEvents({
  'github.*': payload<unknown>({ visibility: 'internal' }),
  'repository.changed': payload<{ type: string; body: unknown }>(),
});
type TestHub = Hub<typeof events>;

interface Sample {
  readonly event: string;
  readonly body: unknown;
}

interface Definition {
  readonly name: string;
  readonly examples: readonly unknown[];
}

/** The package is JSON alone, for github.com and for five versions of GitHub Enterprise Server. */
const EDITIONS = ['api.github.com', 'ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35'];
const require = createRequire(import.meta.url);
const samples: readonly Sample[] = EDITIONS.flatMap((edition) => {
  const definitions = require(`@octokit/webhooks-examples/${edition}/index.json`) as readonly Definition[];
  return definitions.flatMap(({ name, examples }) => examples.map((body) => ({ event: name, body })));
});

function serveExpress(hub: TestHub): RequestListener {
  const app = express();
  app.use('/hooks', expressWebhooks(hub, { sources: { github: github({ secret: SECRET }) } }));
  return app;
}

function serveKoa(hub: TestHub): RequestListener {
  const app = new Koa();
  const router = new Router();
  router.use('/hooks', koaWebhooks(hub, { sources: { github: github({ secret: SECRET }) } }).routes());
  app.use(router.routes());
  return app.callback();
}

interface Stored {
  readonly store: Store;
  drop(): Promise<void>;
}

async function onPostgres(): Promise<Stored> {
  const { url, drop } = await freshDatabase();
  const sequelize = new Sequelize(url, { logging: false });
  await migrate(sequelize);
  const close = async () => {
    await sequelize.close();
    await drop();
  };
  return { store: sequelizeStore(sequelize), drop: close };
}

async function inMemory(): Promise<Stored> {
  return { store: memoryStore(), drop: async () => {} };
}

describe('every example payload of GitHub goes round', () => {
  for (const [name, serve, open] of [
    ['Express, on Postgres', serveExpress, onPostgres],
    ['Koa, in memory', serveKoa, inMemory],
  ] as const) {
    it(`in through ${name}, dispatched again, out to a receiver that verifies it`, async () => {
      const { store, drop } = await open();
      const logger = new RecordingLogger();
      const hub = createHub({ events, store, logger, delivery: { allowAddresses: ['127.0.0.1'] } });
      const receiver = await startReceiver();
      const { secret } = await hub.webhooks.create({
        url: receiver.url,
        subscriptions: ['repository.changed'],
      });
      hub.on('github.*', (event) =>
        hub.dispatch('repository.changed', { type: event.type, body: event.data }, { cause: event }),
      );
      const server = createServer(serve(hub));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;

      const statuses = await sendAll(`http://127.0.0.1:${port}/hooks/inbound/github`);
      await hub.drain();
      const verified = await verifyAll(receiver, secret, store);

      expect(statuses.filter((status) => status !== 202)).to.deep.equal([]);
      expect(verified).to.have.length(samples.length);
      expect(new Set(verified.map(({ id }) => id)).size).to.equal(samples.length);
      expect(sorted(verified.map(({ body }) => body))).to.deep.equal(sorted(samples.map(({ body }) => body)));
      expect(logger.of('error')).to.deep.equal([]);
      process.stdout.write(`      ${verified.length} real payloads went round through ${name}\n`);

      await hub.close();
      await receiver.close();
      server.closeAllConnections();
      server.close();
      await drop();
    }).timeout(60_000);
  }
});

async function sendAll(url: string): Promise<readonly number[]> {
  const statuses: number[] = [];
  const queue = samples.map((sample, index) => ({ ...sample, delivery: `delivery-${index}` }));
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) statuses.push(await send(url, next));
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return statuses;
}

async function send(
  url: string,
  { event, body, delivery }: Sample & { readonly delivery: string },
): Promise<number> {
  const text = JSON.stringify(body);
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': delivery,
    'x-hub-signature-256': await sign(SECRET, text),
  };
  const response = await fetch(url, { method: 'POST', headers, body: text });
  await response.arrayBuffer();
  return response.status;
}

/** Verifies with npm standardwebhooks, and compares with the bytes in the store. */
async function verifyAll(receiver: Receiver, secret: string, store: Store) {
  const verifier = new StandardWebhook(secret);
  return Promise.all(
    receiver.requests.map(async ({ headers, body }) => {
      const verified = verifier.verify(body, { ...headers }) as { readonly data: { readonly body: unknown } };
      const id = headers['webhook-id'] ?? '';
      const stored = await store.events.get(id, {});
      expect(body.equals(Buffer.from(stored?.payload ?? '', 'utf8'))).to.equal(true);
      return { id, body: verified.data.body };
    }),
  );
}

function sorted(bodies: readonly unknown[]): readonly string[] {
  return bodies.map((body) => JSON.stringify(body)).sort();
}
