import type { Hub, OpenRegistry } from '@hookline/core';
import { bindModel, installCapture, migrate } from '@hookline/sequelize';
import type { Sequelize } from 'sequelize';
import { openHub } from './open-hub.js';
import { Order } from './order-model.js';
import type { WriterConfig } from './write-messages.js';

/** A hub that hears of orders, with the options it comes with. */
export async function bindOrders(sequelize: Sequelize, config: WriterConfig): Promise<Hub<OpenRegistry>> {
  const { writer, receiverUrl, roles } = config;
  await migrate(sequelize);
  const hub = await openHub(sequelize, roles ? { roles } : {});
  if (receiverUrl) await hub.webhooks.create({ url: `${receiverUrl}/1`, subscriptions: ['order.*'] });
  const events = { created: 'order.created', updated: 'order.updated' };
  bindModel(Order, hub, { ...events, capture: writer === 'trigger' ? 'trigger' : 'hooks' });
  if (writer === 'trigger') await installCapture(sequelize, [Order]);
  await hub.start();
  return hub;
}
