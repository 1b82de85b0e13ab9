import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from 'sequelize';
import { orderOf } from './order.js';

/** The business row of `write`: 1 KB. */
export class Order extends Model<InferAttributes<Order>, InferCreationAttributes<Order>> {
  declare id: CreationOptional<number>;
  declare reference: string;
  declare status: string;
  declare currency: string;
  declare totalCents: number;
  declare customer: object;
  declare items: object;
  declare note: string;
}

export async function createOrders(sequelize: Sequelize): Promise<void> {
  Order.init(
    {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      reference: { type: DataTypes.TEXT, allowNull: false },
      status: { type: DataTypes.TEXT, allowNull: false },
      currency: { type: DataTypes.TEXT, allowNull: false },
      totalCents: { type: DataTypes.INTEGER, allowNull: false },
      customer: { type: DataTypes.JSONB, allowNull: false },
      items: { type: DataTypes.JSONB, allowNull: false },
      note: { type: DataTypes.TEXT, allowNull: false },
    },
    { sequelize, tableName: 'orders', underscored: true },
  );
  await Order.sync();
}

export function newOrder(number: number) {
  const { reference, status, currency, totalCents, customer, items, note } = orderOf(number).order;
  return { reference, status, currency, totalCents, customer, items, note };
}
