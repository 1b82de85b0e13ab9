// A process of `latency` that does nothing but deliver.
import { Sequelize } from 'sequelize';
import { leave, obey, readConfig } from '../../faults/programs/talk.js';
import type { ShopConfig } from './messages.js';
import { openHub } from './open-hub.js';

const config = readConfig<ShopConfig>();
const sequelize = new Sequelize(config.databaseUrl, { logging: false });
const hub = await openHub(sequelize, { ...config, roles: ['worker'] });
await hub.start();

obey(() => {});

process.once('SIGTERM', async () => {
  leave();
  await hub.close();
  await sequelize.close();
});
