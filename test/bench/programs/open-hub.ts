import { createHub, type Hub, type Logger, type OpenRegistry, type Role } from '@hookline/core';
import { sequelizeStore } from '@hookline/sequelize';
import type { Sequelize } from 'sequelize';

export interface HubConfig {
  /** Absent: a hub whose queue is this process's memory. */
  readonly redisUrl?: string;
  /** Default: all. */
  readonly roles?: readonly Role[];
}

/** A hub with the options that it comes with; that the receiver is on this machine must be allowed. */
export async function openHub(sequelize: Sequelize, config: HubConfig): Promise<Hub<OpenRegistry>> {
  return createHub({
    store: sequelizeStore(sequelize),
    ...(await queueOf(config)),
    ...(config.roles ? { roles: config.roles } : {}),
    delivery: { allowAddresses: ['127.0.0.0/8'] },
    logger: silentLogger,
  });
}

/** Bull is loaded only where there is a Redis. */
async function queueOf({ redisUrl }: HubConfig) {
  if (redisUrl === undefined) return {};
  const { bullQueue } = await import('@hookline/core/bull');
  return { queue: bullQueue(redisUrl) };
}

/** What is wrong alone is told, to stderr: a bench in which anything is shows nothing. */
const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: tell,
  error: tell,
};

function tell(fields: object, message: string): void {
  process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
}
