// An app of `isolation`: a hub that sends to many webhooks, of which some are in a bad way.
import { migrate } from '@hookline/sequelize';
import { Sequelize } from 'sequelize';
import { leave, obey, readConfig } from '../../faults/programs/talk.js';
import { atRandom } from './arrivals.js';
import type { Commit, CrowdConfig, CrowdOrder } from './messages.js';
import { now } from './now.js';
import { openHub } from './open-hub.js';
import { orderOf } from './order.js';

/** The first ones are bad in some runs, and left out of the figures in all. */
const BAD_AT_MOST = 15;

const config = readConfig<CrowdConfig>();
const sequelize = new Sequelize(config.databaseUrl, { logging: false });
await migrate(sequelize);
const hub = await openHub(sequelize, {});
for (let number = 0; number < config.webhooks; number++) {
  const url = `${config.receiverUrl}/${pathOf(number)}`;
  await hub.webhooks.create({ url, subscriptions: [`order.paid_${number}`] });
}
await hub.start();

obey<CrowdOrder>(async ({ events, perSec }) => {
  const sent: Commit[] = [];
  await atRandom(events, perSec, async (index) => {
    const number = index % config.webhooks;
    const at = now();
    const { id } = await hub.dispatch(`order.paid_${number}`, orderOf(index));
    if (number >= BAD_AT_MOST) sent.push([id, at]);
  });
  return sent;
});

process.once('SIGTERM', async () => {
  leave();
  await hub.close({ timeoutMs: 1_000 });
  await sequelize.close();
});

function pathOf(number: number): string {
  if (number < config.hanging) return `hang/${number}`;
  return number < config.hanging + config.failing ? `fail/${number}` : `well/${number}`;
}
