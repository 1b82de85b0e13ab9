import { migrate } from '@hookline/sequelize';
import type { Sequelize } from 'sequelize';
import type { ShopConfig } from './messages.js';
import { openHub } from './open-hub.js';
import { orderOf } from './order.js';
import type { Shop } from './shop-process.js';

/** The event is put into the order's transaction. */
export async function hooklineShop(config: ShopConfig, sequelize: Sequelize): Promise<Shop> {
  await migrate(sequelize);
  const hub = await openHub(sequelize, config);
  await hub.webhooks.create({ url: `${config.receiverUrl}/1`, subscriptions: ['order.paid'] });
  await hub.start();
  return {
    announce: async (index, transaction) => {
      const { id } = await hub.dispatch('order.paid', orderOf(index), { transaction });
      return id;
    },
    close: () => hub.close(),
  };
}
