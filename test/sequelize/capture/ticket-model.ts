import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type ModelStatic,
  type Sequelize,
} from 'sequelize';

export interface Ticket extends Model<InferAttributes<Ticket>, InferCreationAttributes<Ticket>> {
  id: CreationOptional<number>;
  accountId: CreationOptional<number>;
  /** Unique. */
  title: string;
  status: CreationOptional<string>;
  views: CreationOptional<number>;
  likes: CreationOptional<number>;
  meta: CreationOptional<Readonly<Record<string, unknown>>>;
  parentId: CreationOptional<number | null>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
  deletedAt: CreationOptional<Date | null>;
}

/** A table whose columns have other names than the attributes; `options` as for `sequelize.define`. */
export async function defineTicket(sequelize: Sequelize, options: object = {}): Promise<ModelStatic<Ticket>> {
  const Ticket = sequelize.define<Ticket>(
    'Ticket',
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true, field: 'ticket_id' },
      accountId: { type: DataTypes.INTEGER, defaultValue: 42 },
      title: { type: DataTypes.STRING, unique: true },
      status: { type: DataTypes.STRING, defaultValue: 'open', field: 'state' },
      views: { type: DataTypes.INTEGER, defaultValue: 0, field: 'view_count' },
      likes: { type: DataTypes.INTEGER, defaultValue: 0 },
      meta: { type: DataTypes.JSONB, defaultValue: {} },
      parentId: DataTypes.INTEGER,
      createdAt: DataTypes.DATE,
      updatedAt: DataTypes.DATE,
      deletedAt: DataTypes.DATE,
    },
    { underscored: true, ...options },
  );
  await Ticket.sync({ force: true });
  return Ticket;
}

export const TICKET_EVENTS = {
  created: 'ticket.created',
  updated: 'ticket.updated',
  destroyed: 'ticket.destroyed',
  restored: 'ticket.restored',
} as const;
