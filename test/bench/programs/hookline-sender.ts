import { migrate } from '@hookline/sequelize';
import { Sequelize } from 'sequelize';
import { inLanes } from './in-lanes.js';
import { IN_FLIGHT, type Sender, type SenderConfig } from './messages.js';
import { openHub } from './open-hub.js';
import { orderOf } from './order.js';

/** Hookline with its default options, all in this process: event, delivery and attempt stored. */
export async function hooklineSender(config: SenderConfig): Promise<Sender> {
  const { receiverUrl, webhooks } = config;
  const sequelize = new Sequelize(String(config.databaseUrl), { logging: false });
  await migrate(sequelize);
  const hub = await openHub(sequelize, config);
  for (let number = 1; number <= webhooks; number++)
    await hub.webhooks.create({ url: `${receiverUrl}/${number}`, subscriptions: ['order.paid'] });
  return {
    dispatch: (events) => inLanes(events, IN_FLIGHT, (index) => hub.dispatch('order.paid', orderOf(index))),
    settle: () => hub.drain(),
    close: async () => {
      await hub.close();
      await sequelize.close();
    },
  };
}
