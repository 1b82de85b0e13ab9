// An app of `latency`: each transaction writes an order, and an event that tells of it.
import { randomUUID } from 'node:crypto';
import { Sequelize, type Transaction } from 'sequelize';
import { leave, obey, readConfig } from '../../faults/programs/talk.js';
import { bullShop } from '../peers/bull-shop.js';
import { atRandom } from './arrivals.js';
import { hooklineShop } from './hookline-shop.js';
import type { Commit, ShopConfig, ShopOrder } from './messages.js';
import { now } from './now.js';
import { createOrderTable, OrderRow } from './order-row.js';

/** How an app brings the news of an order to its webhook. */
export interface Shop {
  /** Called within the transaction of the order; answers the event's `webhook-id`. */
  announce(index: number, transaction: Transaction): Promise<string>;
  close(): Promise<void>;
}

const config = readConfig<ShopConfig>();
const sequelize = new Sequelize(config.databaseUrl, { logging: false });
await createOrderTable(sequelize);
const shop = await (config.shop === 'hookline' ? hooklineShop(config, sequelize) : bullShop(config));

obey<ShopOrder>(async ({ transactions, perSec }) => {
  const commits: Commit[] = [];
  await atRandom(transactions, perSec, async (index) => commits.push(await trade(index)));
  return commits;
});

process.once('SIGTERM', async () => {
  leave();
  await shop.close();
  await sequelize.close();
});

/**
 * The instant of the commit is taken in the transaction's first after-commit hook: when the database's answer to COMMIT
 * was read, and before anything else that waits for it, Hookline or peer, hears of it.
 */
async function trade(index: number): Promise<Commit> {
  let committedAt = 0;
  const webhookId = await sequelize.transaction(async (transaction) => {
    transaction.afterCommit(() => {
      committedAt = now();
    });
    await OrderRow.create({ reference: randomUUID(), totalCents: 12_480 }, { transaction });
    return shop.announce(index, transaction);
  });
  return [webhookId, committedAt];
}
