// A process that relays, or delivers, or both: nothing but a hub, ended by SIGTERM as its author would end it.
import type { HubConfig, HubOrder } from './messages.js';
import { openShop } from './shop.js';
import { leave, obey, readConfig } from './talk.js';

const CLOSE_MS = 10_000;

const { hub, sequelize } = await openShop(readConfig<HubConfig>());
await hub.start();

process.once('SIGTERM', async () => {
  leave();
  await hub.close({ timeoutMs: CLOSE_MS });
  await sequelize.close();
});

obey<HubOrder>(({ ms }) => block(ms));

/** What a listener of the app does at worst: it computes, and nothing else happens in the process. */
function block(ms: number): void {
  const end = Date.now() + ms;
  while (Date.now() < end);
}
