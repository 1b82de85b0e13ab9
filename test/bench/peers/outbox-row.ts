import { randomUUID } from 'node:crypto';
import {
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
  type Transaction,
} from 'sequelize';
import type { Order } from '../programs/order-model.js';

class OutboxRow extends Model<InferAttributes<OutboxRow>, InferCreationAttributes<OutboxRow>> {
  declare id: string;
  declare type: string;
  declare payload: object;
}

export async function createOutbox(sequelize: Sequelize): Promise<void> {
  OutboxRow.init(
    {
      id: { type: DataTypes.UUID, primaryKey: true },
      type: { type: DataTypes.TEXT, allowNull: false },
      payload: { type: DataTypes.JSON, allowNull: false },
    },
    { sequelize, tableName: 'outbox_rows', underscored: true, updatedAt: false },
  );
  await OutboxRow.sync();
}

/** As written by hand: a row that somebody fetches later. */
export async function tellOf(order: Order, transaction: Transaction | null): Promise<void> {
  const payload = order.get({ plain: true });
  await OutboxRow.create({ id: randomUUID(), type: 'order.created', payload }, { transaction });
}
