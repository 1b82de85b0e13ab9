import { createHub, defineEvents, type Hub, payload } from '@hookline/core';
import { type Receiver, startReceiver } from '@hookline/core/testing';
import { bindModel, changed, sequelizeStore } from '@hookline/sequelize';
import { expect } from 'chai';
import type { ModelStatic } from 'sequelize';
import { expectError } from '../support/expect-error.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { type Connection, connect, makeTables } from './connect.js';
import { type Conversation, defineConversation } from './conversation-model.js';

interface ConversationData {
  readonly conversation: { readonly id: number; readonly subject: string };
}
const events = defineEvents({
  'conversation.created': payload<ConversationData>(),
  'conversation.updated': payload<ConversationData>(),
  'conversation.status_changed': payload<ConversationData>(),
  'conversation.destroyed': payload<ConversationData>(),
});

interface Wire {
  readonly type: string;
  readonly account: { readonly id: unknown };
  readonly data: ConversationData;
  readonly changes?: unknown;
  readonly subject?: unknown;
}

/** The whole way, on a pool of one connection: model, transaction, event, relay, delivery, receiver. */
describe('a bound model, a hub and Postgres', () => {
  let connection: Connection;
  let receiver: Receiver;
  let hub: Hub<typeof events>;
  let Conversation: ModelStatic<Conversation>;

  before(async () => {
    connection = await connect({ pool: { max: 1, acquire: 5_000 } });
    receiver = await startReceiver();
  });
  after(async () => {
    await receiver.close();
    await connection.close();
  });

  beforeEach(async () => {
    const { sequelize } = connection;
    const store = sequelizeStore(sequelize, await makeTables(sequelize));
    const delivery = { allowAddresses: ['127.0.0.0/8'] };
    hub = createHub({ events, store, delivery, logger: new RecordingLogger() });
    Conversation = await defineConversation(sequelize);
    bindModel(Conversation, hub, {
      created: 'conversation.created',
      updated: 'conversation.updated',
      destroyed: 'conversation.destroyed',
      when: { 'conversation.status_changed': changed('status') },
      account: (conversation) => conversation.accountId,
      data: ({ id, subject }) => ({ conversation: { id, subject } }),
    });
  });
  afterEach(() => hub.close());

  /** What the receiver got since, in the order of the events. */
  async function received(work: () => Promise<unknown>): Promise<readonly Wire[]> {
    const before = receiver.requests.length;
    await hub.webhooks.create({ url: receiver.url, subscriptions: ['*'], accountId: 42 });
    await work();
    await hub.drain();
    const requests = receiver.requests.slice(before).sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
    return requests.map(({ body }) => JSON.parse(body.toString()) as Wire);
  }
  const idOf = ({ headers }: Receiver['requests'][number]) => String(headers['webhook-id']);
  const typesOf = (wires: readonly Wire[]) => wires.map(({ type }) => type);

  it('delivers what is committed', async () => {
    const wires = await received(() =>
      connection.sequelize.transaction(async (transaction) => {
        const row = await Conversation.create({ subject: 'hello' }, { transaction });
        await row.update({ status: 'closed' }, { transaction });
      }),
    );
    const types = ['conversation.created', 'conversation.status_changed', 'conversation.updated'];
    expect(typesOf(wires).sort()).to.deep.equal(types);
    for (const { account, data } of wires) {
      expect(account.id).to.equal(42);
      expect(data.conversation.subject).to.equal('hello');
    }
    const closed = wires.find(({ type }) => type === 'conversation.status_changed');
    expect(closed).to.deep.include({ changes: { status: { previous: 'open', current: 'closed' } } });
    expect(closed?.subject).to.deep.equal({ type: 'Conversation', id: closed?.data.conversation.id });
  });

  it('delivers what is written without a transaction', async () => {
    const wires = await received(async () => {
      const row = await Conversation.create({ subject: 'hello' });
      await row.destroy();
    });
    expect(typesOf(wires).sort()).to.deep.equal(['conversation.created', 'conversation.destroyed']);
  });

  it('delivers nothing of what is rolled back, savepoint or whole', async () => {
    const wires = await received(async () => {
      const { sequelize } = connection;
      const whole = await sequelize.transaction();
      await Conversation.create({ subject: 'whole' }, { transaction: whole });
      await whole.rollback();
      await sequelize.transaction(async (outer) => {
        await Conversation.create({ subject: 'kept' }, { transaction: outer });
        const inner = await sequelize.transaction({ transaction: outer });
        await sequelize.query('SELECT 1', { transaction: inner });
        await Conversation.create({ subject: 'undone' }, { transaction: inner });
        await inner.rollback();
      });
    });
    expect(wires.map(({ data }) => data.conversation.subject)).to.deep.equal(['kept']);
  });

  it('wakes up after the commit, without waiting for the next sweep', async () => {
    await hub.webhooks.create({ url: receiver.url, subscriptions: ['*'], accountId: 42 });
    await hub.drain();
    const got = new Promise<void>((resolve) => {
      receiver.replyWith((_, response) => {
        response.writeHead(204).end();
        resolve();
      });
    });
    const start = performance.now();
    await connection.sequelize.transaction((transaction) =>
      Conversation.create({ subject: 'hello' }, { transaction }),
    );
    await got;
    expect(performance.now() - start).to.be.below(900);
    await hub.drain();
  });

  it('undoes the write when its event is refused', async () => {
    bindModel(Conversation, hub, {
      created: 'conversation.created',
      data: () => ({ conversation: 1n }) as never,
    });
    await expectError('EVENT_DATA_INVALID', () => Conversation.create({ subject: 'hello' }));
    expect(await Conversation.count()).to.equal(0);
  });

  it('takes a first dispatch inside a transaction, though the pool has no second connection', async () => {
    await connection.sequelize.transaction((transaction) =>
      Conversation.create({ subject: 'hello' }, { transaction }),
    );
    expect(await hub.events.list()).to.have.length(1);
  });

  it('shows the history of a record', async () => {
    const row = await Conversation.create({ subject: 'hello' });
    await row.update({ subject: 'bye' });
    const history = await hub.events.list({ subject: { type: 'Conversation', id: row.id }, accountId: 42 });
    expect(history.map(({ type }) => type)).to.deep.equal(['conversation.updated', 'conversation.created']);
    expect(await hub.events.list({ accountId: 43 })).to.deep.equal([]);
  });
});
