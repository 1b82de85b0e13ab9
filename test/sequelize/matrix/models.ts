import {
  type BelongsToManyAddAssociationMixin,
  type BelongsToManyRemoveAssociationMixin,
  type BelongsToManySetAssociationsMixin,
  type BelongsToSetAssociationMixin,
  DataTypes,
  Deferrable,
  type HasManyAddAssociationMixin,
  type HasManyCreateAssociationMixin,
  type HasManyRemoveAssociationMixin,
  type HasManySetAssociationsMixin,
  type Model,
  type ModelStatic,
  type Sequelize,
} from 'sequelize';

export interface Conversation extends Model {
  id: number;
  status: string;
  subject: string;
  updatedAt: Date;
  meta: Record<string, unknown>;
  addMessage: HasManyAddAssociationMixin<Model, number>;
  setMessages: HasManySetAssociationsMixin<Model, number>;
  removeMessage: HasManyRemoveAssociationMixin<Model, number>;
  createMessage: HasManyCreateAssociationMixin<Model>;
  addLabel: BelongsToManyAddAssociationMixin<Model, number>;
  setLabels: BelongsToManySetAssociationsMixin<Model, number>;
  removeLabel: BelongsToManyRemoveAssociationMixin<Model, number>;
}

export interface Message extends Model {
  setConversation: BelongsToSetAssociationMixin<Conversation, number>;
}

export interface Models {
  /** JSONB, DECIMAL, DATE, an attribute whose column has another name. */
  readonly Conversation: ModelStatic<Conversation>;
  /** Of a conversation, ON DELETE CASCADE, deferrable. */
  readonly Message: ModelStatic<Message>;
  /** Of a conversation, ON DELETE SET NULL. */
  readonly Note: ModelStatic<Model>;
  /** With a unique key; of many conversations, through ConversationLabel. */
  readonly Label: ModelStatic<Model>;
  readonly ConversationLabel: ModelStatic<Model>;
  /** Paranoid. */
  readonly Ticket: ModelStatic<Model>;
  /** With a key of two columns. */
  readonly Member: ModelStatic<Model>;
}

// Sequelize writes into what it is given, so each attribute has an object of its own.
const key = () => ({ type: DataTypes.INTEGER, primaryKey: true });
const serial = () => ({ ...key(), autoIncrement: true });

export async function defineModels(sequelize: Sequelize): Promise<Models> {
  const models: Models = {
    Conversation: defineConversation(sequelize),
    Message: sequelize.define<Message>('Message', {
      id: serial(),
      body: DataTypes.TEXT,
      conversationId: parent(),
    }),
    Note: sequelize.define('Note', { id: serial(), body: DataTypes.TEXT, conversationId: parent() }),
    Label: sequelize.define('Label', {
      id: serial(),
      name: { type: DataTypes.STRING, unique: true },
      color: DataTypes.STRING,
    }),
    ConversationLabel: sequelize.define('ConversationLabel', {
      conversationId: key(),
      labelId: key(),
      position: DataTypes.INTEGER,
    }),
    Ticket: sequelize.define('Ticket', { id: serial(), title: DataTypes.STRING }, { paranoid: true }),
    Member: sequelize.define('Member', { teamId: key(), userId: key(), role: DataTypes.STRING }),
  };
  associate(models);
  await sequelize.sync();
  return models;
}

function defineConversation(sequelize: Sequelize): ModelStatic<Conversation> {
  return sequelize.define<Conversation>(
    'Conversation',
    {
      id: serial(),
      accountId: DataTypes.INTEGER,
      subject: { type: DataTypes.STRING, allowNull: false },
      status: { type: DataTypes.STRING, defaultValue: 'open' },
      assigneeName: { type: DataTypes.STRING, field: 'assignee_name' },
      views: { type: DataTypes.INTEGER, defaultValue: 0 },
      price: DataTypes.DECIMAL(10, 2),
      meta: { type: DataTypes.JSONB, defaultValue: {} },
      dueAt: DataTypes.DATE,
    },
    { scopes: { open: { where: { status: 'open' } } } },
  );
}

function parent() {
  const references = { model: 'Conversations', key: 'id', deferrable: new Deferrable.INITIALLY_IMMEDIATE() };
  return { type: DataTypes.INTEGER, references };
}

function associate({ Conversation, Message, Note, Label, ConversationLabel }: Models): void {
  const cascade = { foreignKey: 'conversationId', onDelete: 'CASCADE', onUpdate: 'CASCADE' };
  const setNull = { foreignKey: 'conversationId', onDelete: 'SET NULL', onUpdate: 'CASCADE' };
  Conversation.hasMany(Message, cascade);
  Message.belongsTo(Conversation, cascade);
  Conversation.hasMany(Note, setNull);
  Note.belongsTo(Conversation, setNull);
  const through = { through: { model: ConversationLabel, unique: false } };
  Conversation.belongsToMany(Label, { ...through, foreignKey: 'conversationId', otherKey: 'labelId' });
  Label.belongsToMany(Conversation, { ...through, foreignKey: 'labelId', otherKey: 'conversationId' });
}
