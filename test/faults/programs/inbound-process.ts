// A process that takes a sender's requests in over HTTP, and does something for each that must happen once: an order,
// with its event, in the transaction that its listener was given.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListenerContext } from '@hookline/core';
import { github } from '@hookline/core/sources';
import { inbound } from '@hookline/express';
import express from 'express';
import type { Transaction } from 'sequelize';
import { type InboundConfig, type InboundOrder, referenceOf } from './messages.js';
import { Order, openShop } from './shop.js';
import { obey, readConfig, tell } from './talk.js';

const config = readConfig<InboundConfig>();
const { hub } = await openShop(config);
let isToStandStill = false;

hub.on(
  'github.*',
  async ({ data }, { transaction }: ListenerContext<Transaction>) => {
    // told apart by more than the request: a second one would show, and not be refused
    const reference = referenceOf(data.request, randomUUID());
    await Order.create({ reference }, { transaction });
    await hub.dispatch('order.created', { order: { reference } }, { transaction });
    if (isToStandStill) standStill();
  },
  { lane: 'async', name: 'orders', transaction: true, order: 'subject' },
);

const app = express().use(
  '/inbound',
  inbound(hub, { sources: { github: github({ secret: config.secret, subject: { path: 'subject' } }) } }),
);
const server = createServer(app).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
await hub.start();

obey<InboundOrder>(({ kind }) => {
  if (kind === 'where') return `http://127.0.0.1:${port}/inbound/github`;
  isToStandStill = true;
});

/** For good, with an order that is written and not committed: whoever is told kills this process. */
function standStill(): void {
  tell('standing');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
