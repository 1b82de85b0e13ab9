import { createHub, defineEvents, payload } from '@hookline/core';
import { bindModel, changed, migrations, type SequelizeLike, sequelizeStore } from '@hookline/sequelize';
import {
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type ModelStatic,
  type QueryInterface,
  type Sequelize,
} from 'sequelize';
import { Umzug } from 'umzug';
import { z } from 'zod';

class Conversation extends Model<InferAttributes<Conversation>, InferCreationAttributes<Conversation>> {
  declare id: CreationOptional<number>;
  declare accountId: number;
  declare subject: string;
}
declare const Defined: ModelStatic<Model<{ id: number; subject: string }>>;
declare const sequelize: Sequelize;
declare const queryInterface: QueryInterface;

const events = defineEvents({
  'conversation.created': payload<{ conversation: { id: number } }>(),
  'conversation.updated': payload<{ conversation: { id: number; subject: string } }>(),
  'conversation.closed': z.object({ conversation: z.object({ id: z.number() }) }),
  'message.created': payload<{ text: string }>(),
});
const hub = createHub({ events, store: sequelizeStore(sequelize) });

bindModel(Conversation, hub, {
  created: 'conversation.created',
  updated: 'conversation.updated',
  when: { 'conversation.closed': changed('subject', { to: 'x' }) },
  account: (conversation) => conversation.accountId,
  data: ({ id, subject }) => ({ conversation: { id, subject } }),
  only: ['id', 'subject'],
});
bindModel(Conversation, hub, {
  created: 'conversation.created',
  when: { 'conversation.closed': (changes, { subject }) => changes.subject !== undefined && subject === 'x' },
  data: async ({ id }, { transaction }) => ({ conversation: { id: transaction ? id : 0 } }),
});
bindModel(Conversation, hub, { destroyed: 'conversation.updated' })();

// @ts-expect-error a type that is not declared
bindModel(Conversation, hub, { created: 'conversation.creatd' });
// @ts-expect-error a type that is not declared
bindModel(Conversation, hub, { when: { 'conversation.close': changed('subject') } });
bindModel(Conversation, hub, {
  created: 'conversation.created',
  // @ts-expect-error data that fits no type
  data: ({ id }) => ({ conversation: { id: `${id}` } }),
});
bindModel(Conversation, hub, {
  created: 'conversation.created',
  updated: 'conversation.updated',
  // @ts-expect-error data that fits one of the types only
  data: ({ id }) => ({ conversation: { id } }),
});
bindModel(Conversation, hub, {
  created: 'conversation.created',
  when: { 'message.created': changed('subject') },
  // @ts-expect-error data that fits one of the types only
  data: ({ id }) => ({ conversation: { id } }),
});
// The data of a summary is not made by `data`.
bindModel(Conversation, hub, {
  created: 'conversation.created',
  summary: 'message.created',
  data: ({ id, subject }) => ({ conversation: { id, subject } }),
});
// @ts-expect-error an attribute that is not there
bindModel(Conversation, hub, { created: 'conversation.created', redact: ['subjekt'] });
// @ts-expect-error a property that is not there
bindModel(Conversation, hub, { created: 'conversation.created', account: ({ tenantId }) => tenantId });

bindModel(Conversation, hub, {
  created: 'conversation.created',
  summary: 'message.created',
  account: 'accountId',
  ignore: ['subject'],
  bulk: 'summary',
  bulkRowCap: 100,
  transaction: 'require',
  onOutboxError: 'log',
  coalesce: true,
  capture: 'trigger',
});
// @ts-expect-error an attribute that is not there
bindModel(Conversation, hub, { created: 'conversation.created', account: 'tenantId' });
// @ts-expect-error an attribute that is not there
bindModel(Conversation, hub, { created: 'conversation.created', ignore: ['subjekt'] });
// @ts-expect-error no such word
bindModel(Conversation, hub, { created: 'conversation.created', bulk: 'row' });
// @ts-expect-error no such word
bindModel(Conversation, hub, { created: 'conversation.created', transaction: 'always' });
// @ts-expect-error no such word
bindModel(Conversation, hub, { created: 'conversation.created', onOutboxError: 'warn' });
// @ts-expect-error no such word
bindModel(Conversation, hub, { created: 'conversation.created', capture: 'triggers' });

bindModel(Defined, hub, { created: 'conversation.created' });
bindModel(Conversation, createHub(), { created: 'any.type', data: () => 1 });
bindModel(Conversation, { dispatchAll: async () => [] }, { created: 'any.type', data: () => 1 });

sequelize satisfies SequelizeLike;
new Umzug({ migrations: migrations(), context: sequelize, logger: console });
new Umzug({ migrations: migrations(), context: queryInterface, logger: console });
