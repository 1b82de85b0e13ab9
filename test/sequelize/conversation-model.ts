import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type ModelStatic,
  type Sequelize,
} from 'sequelize';

export interface Conversation
  extends Model<InferAttributes<Conversation>, InferCreationAttributes<Conversation>> {
  id: CreationOptional<number>;
  accountId: CreationOptional<number>;
  subject: string;
  status: CreationOptional<string>;
  meta: CreationOptional<Readonly<Record<string, unknown>>>;
  token: CreationOptional<string | null>;
  loud: CreationOptional<string>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** A table of conversations; `options` as for `sequelize.define`. */
export async function defineConversation(
  sequelize: Sequelize,
  options: object = {},
): Promise<ModelStatic<Conversation>> {
  const Conversation = sequelize.define<Conversation>(
    'Conversation',
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      accountId: { type: DataTypes.INTEGER, defaultValue: 42 },
      subject: { type: DataTypes.STRING, allowNull: false, validate: { len: [1, 20] } },
      status: { type: DataTypes.STRING, defaultValue: 'open' },
      meta: { type: DataTypes.JSONB, defaultValue: {} },
      token: DataTypes.STRING,
      loud: {
        type: DataTypes.VIRTUAL,
        get(this: Model) {
          return String(this.getDataValue('subject' as never)).toUpperCase();
        },
      },
      createdAt: DataTypes.DATE,
      updatedAt: DataTypes.DATE,
    },
    options,
  );
  await Conversation.sync({ force: true });
  return Conversation;
}
