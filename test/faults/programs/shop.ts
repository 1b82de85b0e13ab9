import { createHub, defineEvents, type Hub, payload } from '@hookline/core';
import { sequelizeStore } from '@hookline/sequelize';
import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  Sequelize,
} from 'sequelize';
import type { HubConfig } from './messages.js';

export const events = defineEvents({
  'order.created': payload<{ order: { reference: string } }>(),
  'github.*': payload<{ request: string }>({ visibility: 'internal' }),
});

/** The business row: one of them committed is one event committed. */
export class Order extends Model<InferAttributes<Order>, InferCreationAttributes<Order>> {
  declare id: CreationOptional<number>;
  /** Made by the writer, so that a row that never came to be is known by name, too. */
  declare reference: string;
  /** Checked at COMMIT: a customer that does not exist lets the COMMIT fail. */
  declare customerId: CreationOptional<number | null>;
}

export interface Shop {
  readonly sequelize: Sequelize;
  readonly hub: Hub<typeof events>;
}

/** An app as its author would write it: a model, an event, a hub on the app's own database. */
export async function openShop(config: HubConfig, onStatement?: (sql: string) => void): Promise<Shop> {
  const sequelize = new Sequelize(config.databaseUrl, { logging: onStatement ?? false });
  defineOrder(sequelize);
  const { concurrency, timeoutMs } = config;
  const hub = createHub({
    events,
    store: sequelizeStore(sequelize),
    ...(await queueOf(config)),
    roles: config.roles,
    retry: config.retry,
    leaseMs: config.leaseMs,
    delivery: { concurrency, timeoutMs, allowAddresses: ['127.0.0.0/8'] },
  });
  return { sequelize, hub };
}

/** Bull is loaded only where there is a Redis: without one, Hookline must do without either. */
async function queueOf({ redisUrl }: HubConfig) {
  if (redisUrl === undefined) return {};
  const { bullQueue } = await import('@hookline/core/bull');
  return { queue: bullQueue(redisUrl) };
}

function defineOrder(sequelize: Sequelize): void {
  Order.init(
    {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      reference: { type: DataTypes.TEXT, allowNull: false },
      customerId: { type: DataTypes.BIGINT, allowNull: true },
    },
    { sequelize, tableName: 'orders', underscored: true, timestamps: false },
  );
}
