import { type ConfirmOptions, createHub, type Logger } from '@hookline/core';
import type { Command } from 'commander';
import { type CliWorld, type MigrateOptions, toJson, withDatabase } from './migrate-commands.js';
import { sequelizeStore } from './sequelize-store.js';

export interface ConfirmCommandOptions extends MigrateOptions, Partial<ConfirmOptions> {
  readonly environment?: string;
}

/** Says that the database is at home in this environment. Processes in quarantine begin their work within some seconds. */
export async function confirmDatabase(
  world: CliWorld,
  { owed, webhooks, environment, ...options }: ConfirmCommandOptions,
  command: Command,
): Promise<void> {
  if (owed === undefined) return command.error('error: --owed: say "send" or "cancel"');
  await withDatabase(world, options, command, async (sequelize) => {
    const hub = createHub({
      store: sequelizeStore(sequelize, options),
      roles: ['web'],
      logger: SILENT,
      ...(environment !== undefined && { environment }),
      // it opens no secret
      encryptionKey: NO_KEY,
    });
    await hub.quarantine.confirm({ owed, ...(webhooks !== undefined && { webhooks }) });
    await hub.close();
  });
  world.stdout(options.json ? toJson({ confirmed: true }) : 'confirmed: this database is at home here\n');
}

const NO_KEY = Buffer.alloc(32).toString('base64');

const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
