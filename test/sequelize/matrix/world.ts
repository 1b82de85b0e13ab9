import { createHub, type Hub } from '@hookline/core';
import { bindModel, installCapture, migrate, sequelizeStore } from '@hookline/sequelize';
import { type Model, type ModelStatic, Sequelize } from 'sequelize';
import { RecordingLogger } from '../../support/recording-logger.js';
import { defineModels, type Models } from './models.js';
import type { Capture, Way } from './way.js';

/** Bound models on a database of their own. */
export interface World extends Models {
  readonly capture: Capture;
  readonly sequelize: Sequelize;
  /** A program that knows nothing of Hookline: its own connections, no models. */
  readonly elsewhere: Sequelize;
  readonly hub: Hub;
  readonly logger: RecordingLogger;
  close(): Promise<void>;
}

export async function openWorld(url: string, capture: Capture): Promise<World> {
  const options = { logging: false as const, pool: { max: 4, acquire: 8_000 } };
  const sequelize = new Sequelize(url, options);
  const elsewhere = new Sequelize(url, options);
  const models = await defineModels(sequelize);
  await migrate(sequelize);
  if (capture === 'trigger') await installCapture(sequelize, Object.values(models));
  const logger = new RecordingLogger();
  const hub = createHub({ store: sequelizeStore(sequelize, { listen: false }), logger, leaseMs: 3_600_000 });
  const close = async () => {
    await hub.close();
    await Promise.all([sequelize.close(), elsewhere.close()]);
  };
  return { ...models, capture, sequelize, elsewhere, hub, logger, close };
}

/** The rows and the bindings that a way finds. */
export async function prepare(world: World, way: Way): Promise<void> {
  await emptyTables(world);
  await seed(world);
  for (const model of modelsOf(world)) {
    const name = model.name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
    const more = model === world.Conversation ? way.binding : {};
    const types = {
      created: `${name}.created`,
      updated: `${name}.updated`,
      destroyed: `${name}.destroyed`,
      restored: `${name}.restored`,
    };
    bindModel(model, world.hub, { ...types, capture: world.capture, ...more });
  }
}

export function modelsOf(world: World): readonly ModelStatic<Model>[] {
  const { Conversation, Message, Note, Label, ConversationLabel, Ticket, Member } = world;
  return [Conversation, Message, Note, Label, ConversationLabel, Ticket, Member];
}

async function emptyTables(world: World): Promise<void> {
  const tables = modelsOf(world).map((model) => `"${String(model.getTableName())}"`);
  await world.sequelize.query(`TRUNCATE ${tables.join(', ')} RESTART IDENTITY CASCADE`);
}

/** Without hooks; what triggers see of it is told before the way begins. */
async function seed({ Conversation, Message, Note, Label, ConversationLabel, Ticket, Member }: World) {
  const quietly = { hooks: false };
  const conversation = { price: '1.50', meta: { a: 0 }, views: 5 };
  await Conversation.bulkCreate(
    [
      { ...conversation, subject: 'first', status: 'open', accountId: 7 },
      { ...conversation, subject: 'second', status: 'waiting', accountId: 7 },
      { ...conversation, subject: 'third', status: 'open', accountId: 8 },
    ],
    quietly,
  );
  await Message.bulkCreate(
    [
      { body: 'hello', conversationId: 1 },
      { body: 'bye', conversationId: 1 },
      { body: 'lost', conversationId: null },
    ],
    quietly,
  );
  await Note.bulkCreate([{ body: 'call back', conversationId: 1 }], quietly);
  await Label.bulkCreate([{ name: 'bug', color: 'red' }, { name: 'idea' }], quietly);
  await ConversationLabel.bulkCreate([{ conversationId: 1, labelId: 1 }], quietly);
  await Ticket.bulkCreate(
    [{ title: 'one' }, { title: 'two' }, { title: 'gone', deletedAt: new Date(0) }],
    quietly,
  );
  await Member.bulkCreate(
    [
      { teamId: 1, userId: 1, role: 'agent' },
      { teamId: 1, userId: 2, role: 'agent' },
    ],
    quietly,
  );
}
