import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  Sequelize,
} from 'sequelize';

export const sequelize = new Sequelize(process.env.DATABASE_URL ?? '', { logging: false });

export class Message extends Model<InferAttributes<Message>, InferCreationAttributes<Message>> {
  declare readonly id: CreationOptional<number>;
  declare text: string;
}

Message.init(
  {
    id: { type: DataTypes.INTEGER, autoIncrement: true, primaryKey: true },
    text: { type: DataTypes.TEXT, allowNull: false },
  },
  { sequelize },
);
