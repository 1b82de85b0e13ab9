import { migrate } from '@hookline/sequelize';
import { sequelize } from './database.ts';

// Once for each release, before its processes start.
await sequelize.sync(); // your own tables, your own way
await migrate(sequelize); // Hookline's tables: the same as `npx hookline migrate up`
await sequelize.close();
