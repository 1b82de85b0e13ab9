import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  Sequelize,
} from 'sequelize';
import type { PeerEvent } from './event-of.js';
import type { AttemptJob } from './job-queue.js';
import type { Reply } from './poster.js';

const CONNECTIONS = 10;

class EventRow extends Model<InferAttributes<EventRow>, InferCreationAttributes<EventRow>> {
  declare id: string;
  declare type: string;
  declare payload: string;
}

class AttemptRow extends Model<InferAttributes<AttemptRow>, InferCreationAttributes<AttemptRow>> {
  declare id: CreationOptional<number>;
  declare eventId: string;
  declare webhook: number;
  declare number: number;
  declare responseStatus: number;
  declare responseBody: string;
  declare durationMs: number;
}

/** What is stored of events and attempts, by Sequelize: the events that are there at once together, each attempt as it ends. */
export interface AttemptLog {
  storeEvents(events: readonly PeerEvent[]): Promise<void>;
  storeAttempt(job: AttemptJob, reply: Reply, durationMs: number): Promise<void>;
  close(): Promise<void>;
}

export async function attemptLog(databaseUrl: string): Promise<AttemptLog> {
  const sequelize = new Sequelize(databaseUrl, { logging: false, pool: { max: CONNECTIONS } });
  define(sequelize);
  await sequelize.sync();
  return {
    storeEvents: async (events) => {
      await EventRow.bulkCreate(events.map(({ id, payload }) => ({ id, type: 'order.paid', payload })));
    },
    storeAttempt: async ({ eventId, webhook }, { status, body }, durationMs) => {
      const reply = { responseStatus: status, responseBody: body };
      await AttemptRow.create({ eventId, webhook, number: 1, ...reply, durationMs });
    },
    close: () => sequelize.close(),
  };
}

function define(sequelize: Sequelize): void {
  EventRow.init(
    {
      id: { type: DataTypes.TEXT, primaryKey: true },
      type: { type: DataTypes.TEXT, allowNull: false },
      payload: { type: DataTypes.TEXT, allowNull: false },
    },
    { sequelize, tableName: 'events', underscored: true, updatedAt: false },
  );
  AttemptRow.init(
    {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      eventId: { type: DataTypes.TEXT, allowNull: false },
      webhook: { type: DataTypes.INTEGER, allowNull: false },
      number: { type: DataTypes.INTEGER, allowNull: false },
      responseStatus: { type: DataTypes.INTEGER, allowNull: false },
      responseBody: { type: DataTypes.TEXT, allowNull: false },
      durationMs: { type: DataTypes.INTEGER, allowNull: false },
    },
    {
      sequelize,
      tableName: 'attempts',
      underscored: true,
      updatedAt: false,
      indexes: [{ fields: ['event_id'] }],
    },
  );
}
