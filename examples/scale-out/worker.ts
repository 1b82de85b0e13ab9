import { sequelize } from './database.ts';
import { hub } from './hub.ts';

await hub.start({ roles: ['relay', 'worker'] });

process.once('SIGTERM', async () => {
  await hub.close({ timeoutMs: 15_000 }); // what is under way may finish, the rest goes to other workers at once
  await sequelize.close();
}); // nothing is left open, so the process ends
