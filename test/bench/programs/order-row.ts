import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from 'sequelize';

/** The business row of an app. */
export class OrderRow extends Model<InferAttributes<OrderRow>, InferCreationAttributes<OrderRow>> {
  declare id: CreationOptional<number>;
  declare reference: string;
  declare totalCents: number;
}

export async function createOrderTable(sequelize: Sequelize): Promise<void> {
  OrderRow.init(
    {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      reference: { type: DataTypes.TEXT, allowNull: false },
      totalCents: { type: DataTypes.INTEGER, allowNull: false },
    },
    { sequelize, tableName: 'orders', underscored: true },
  );
  await OrderRow.sync();
}
