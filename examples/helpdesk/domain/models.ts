import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from 'sequelize';

class Row<M extends Model> extends Model<InferAttributes<M>, InferCreationAttributes<M>> {
  declare readonly id: CreationOptional<number>;
}

export class Account extends Row<Account> {
  declare name: string;
}

export class Contact extends Row<Contact> {
  declare accountId: number;
  declare name: string;
  declare email: string;
}

export class Conversation extends Row<Conversation> {
  declare accountId: number;
  declare contactId: number;
  declare status: CreationOptional<'open' | 'resolved'>;
  declare assignee: CreationOptional<string | null>;
}

export class Message extends Row<Message> {
  declare accountId: number;
  declare conversationId: number;
  declare author: string;
  declare text: string;
}

const id = { type: DataTypes.INTEGER, autoIncrement: true, primaryKey: true };
const reference = { type: DataTypes.INTEGER, allowNull: false };
const text = { type: DataTypes.TEXT, allowNull: false };

/** The tables of a small helpdesk: plain Sequelize, nothing of Hookline. */
export function defineModels(sequelize: Sequelize): void {
  const options = { sequelize, underscored: true };
  Account.init({ id, name: text }, options);
  Contact.init({ id, accountId: reference, name: text, email: text }, options);
  Conversation.init(
    {
      id,
      accountId: reference,
      contactId: reference,
      status: { ...text, defaultValue: 'open' },
      assignee: DataTypes.TEXT,
    },
    options,
  );
  Message.init({ id, accountId: reference, conversationId: reference, author: text, text }, options);
}
