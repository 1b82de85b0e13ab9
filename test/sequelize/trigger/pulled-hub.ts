import { createHub, type Event, type Feed, type HubOptions, type Store } from '@hookline/core';
import { type ModelHub, migrate, sequelizeStore, type TableOptions } from '@hookline/sequelize';
import { QueryTypes, type Sequelize } from 'sequelize';
import { RecordingLogger } from '../../support/recording-logger.js';

/** A hub that never pulls by itself: its feeds are pulled by the test. */
export interface PulledHub {
  /** For `bindModel`. */
  readonly hub: ModelHub;
  readonly logger: RecordingLogger;
  readonly store: Store;
  /** What the feeds were woken with. */
  readonly wakes: unknown[];
  readonly feeds: readonly Feed[];
  /** Pulls until nothing waits. Answers how many changes were taken. */
  pull(): Promise<number>;
  /** All events, in their order. */
  events(): Promise<readonly Event[]>;
  types(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function pulledHub(
  sequelize: Sequelize,
  tables: TableOptions = {},
  options: Omit<HubOptions, 'events'> = {},
): Promise<PulledHub> {
  await migrate(sequelize, tables);
  const store = sequelizeStore(sequelize, { ...tables, listen: false });
  const logger = new RecordingLogger();
  const hub = createHub({ store, logger, roles: ['web'], ...options });
  const feeds: Feed[] = [];
  const wakes: unknown[] = [];
  const addFeed = (feed: Feed) => {
    feeds.push(feed);
    const wake = (transaction?: unknown) => void wakes.push(transaction ?? null);
    return { wake, remove: () => void feeds.splice(feeds.indexOf(feed), 1) };
  };
  const events = async () => (await hub.events.list({ limit: 100 })).toReversed();
  return {
    ...{ logger, store, wakes, feeds, events },
    hub: {
      registry: hub.registry,
      logger,
      dispatchAll: (news, more) => hub.dispatchAll(news, more),
      addFeed,
    },
    pull: () => pullAll(feeds, store),
    types: async () => (await events()).map(({ type }) => type),
    close: () => hub.close(),
  };
}

async function pullAll(feeds: readonly Feed[], store: Store): Promise<number> {
  let total = 0;
  for (;;) {
    let count = 0;
    for (const feed of feeds) count += await feed.pull(store);
    if (count === 0) return total;
    total += count;
  }
}

/** What waits to become events, oldest first. */
export async function waiting(sequelize: Sequelize): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return sequelize.query('SELECT * FROM hookline_changes ORDER BY id', { type: QueryTypes.SELECT });
}
