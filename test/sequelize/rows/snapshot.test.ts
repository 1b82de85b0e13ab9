import { createHub, defineEvents, type Hub, payload, type Store } from '@hookline/core';
import { type Receiver, startReceiver } from '@hookline/core/testing';
import { bindModel, sequelizeStore, type TableOptions } from '@hookline/sequelize';
import { expect } from 'chai';
import { type ModelStatic, QueryTypes } from 'sequelize';
import { RecordingLogger } from '../../support/recording-logger.js';
import { until } from '../../support/until.js';
import { type Connection, connect, makeTables } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';

interface Data {
  readonly conversation: { readonly id: number; readonly subject: string };
}
const events = defineEvents({
  'conversation.created': payload<Data>(),
  'conversation.updated': payload<Data>(),
  'conversation.destroyed': payload<Data>(),
});

interface Wire {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly snapshot?: true;
  readonly data: Data;
}

const ROWS = 1_200;

describe('the snapshot of a new webhook, on Postgres', () => {
  let connection: Connection;
  let receiver: Receiver;
  let tables: TableOptions;
  let Conversation: ModelStatic<Conversation>;
  const hubs: Hub<typeof events>[] = [];

  before(async () => {
    connection = await connect({ pool: { max: 10 } });
    receiver = await startReceiver();
  });
  after(async () => {
    await receiver.close();
    await connection.close();
  });
  beforeEach(async () => {
    tables = await makeTables(connection.sequelize);
    Conversation = await defineConversation(connection.sequelize);
  });
  afterEach(async () => {
    await Promise.all(hubs.splice(0).map((hub) => hub.close()));
  });

  const makeStore = () => sequelizeStore(connection.sequelize, tables);
  function makeHub(store: Store = makeStore(), options: object = {}): Hub<typeof events> {
    const delivery = { allowAddresses: ['127.0.0.0/8'] };
    const hub = createHub({
      events,
      store,
      delivery,
      logger: new RecordingLogger(),
      sweepIntervalMs: 20,
      ...options,
    });
    hubs.push(hub);
    return hub;
  }
  function bind(hub: Hub<typeof events>): void {
    bindModel(Conversation, hub, {
      created: 'conversation.created',
      updated: 'conversation.updated',
      destroyed: 'conversation.destroyed',
      account: 'accountId',
      data: ({ id, subject }) => ({ conversation: { id, subject } }),
    });
  }
  const fill = (count: number) =>
    Conversation.bulkCreate(
      Array.from({ length: count }, (_, i) => ({ subject: `row ${i}` })),
      { hooks: false },
    );
  const ask = (hub: Hub<typeof events>) =>
    hub.webhooks.create({
      ...{ url: receiver.url, subscriptions: ['conversation.*'], accountId: 42 },
      snapshot: ['Conversation'],
    });
  const wires = (from: number): readonly Wire[] =>
    receiver.requests.slice(from).map(({ headers, body }) => ({
      ...(JSON.parse(body.toString()) as Wire),
      id: String(headers['webhook-id']),
    }));
  const isDone = async () => {
    const rows = await connection.sequelize.query(`SELECT FROM ${tables.prefix}snapshots`, {
      type: QueryTypes.SELECT,
    });
    return rows.length === 0;
  };
  const drained = (hub: Hub<typeof events>) => async () => {
    await hub.drain();
    return isDone();
  };

  /** How a receiver finds out how the rows are: the latest by timestamp, one without `snapshot` before one with it. */
  function latest(received: readonly Wire[]): ReadonlyMap<number, string | null> {
    const rank = ({ timestamp, snapshot, id }: Wire) => `${timestamp} ${snapshot ? 0 : 1} ${id}`;
    const sorted = [...received].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
    const state = new Map<number, string | null>();
    for (const { type, data } of sorted) {
      state.set(data.conversation.id, type.endsWith('destroyed') ? null : data.conversation.subject);
    }
    return state;
  }
  async function expectStateOfTable(received: readonly Wire[]): Promise<void> {
    const rows = await Conversation.findAll();
    const living = [...latest(received)].filter(([, subject]) => subject !== null);
    expect(Object.fromEntries(living)).to.deep.equal(
      Object.fromEntries(rows.map(({ id, subject }) => [id, subject])),
    );
  }

  it('and what is written meanwhile come to how the rows are', async () => {
    await fill(ROWS);
    const hub = makeHub();
    bind(hub);
    await hub.start();
    const from = receiver.requests.length;
    let isWriting = true;
    const write = async (writer: number) => {
      for (let i = 0; isWriting; i++) {
        const id = 1 + ((i * 37 + writer * 101) % ROWS);
        const kind = (i + writer) % 5;
        if (kind === 0) await Conversation.create({ subject: `new ${writer}.${i}` });
        else if (kind === 1) await Conversation.destroy({ where: { id }, individualHooks: true });
        else {
          await connection.sequelize.transaction(async (transaction) => {
            const row = await Conversation.findByPk(id, { transaction, lock: true });
            await row?.update({ subject: `w${writer}.${i}` }, { transaction });
            if (kind === 2) await new Promise((resolve) => setTimeout(resolve, 20));
          });
        }
      }
    };
    const writers = [1, 2, 3].map(write);
    await until(async () => (await Conversation.count()) > 0);
    await ask(hub);
    await until(isDone, 15_000);
    isWriting = false;
    await Promise.all(writers);
    await hub.drain();
    await expectStateOfTable(wires(from));
    expect(wires(from).filter(({ snapshot }) => snapshot)).to.have.length.above(ROWS / 2);
  });

  it('waits for a transaction that was open when it began', async () => {
    await fill(1);
    const hub = makeHub();
    bind(hub);
    const from = receiver.requests.length;
    const transaction = await connection.sequelize.transaction();
    const row = await Conversation.findByPk(1, { transaction });
    await row?.update({ subject: 'late' }, { transaction });
    await ask(hub);
    await hub.drain();
    await hub.drain();
    expect(wires(from)).to.deep.equal([]);
    await transaction.commit();
    await until(drained(hub));
    await expectStateOfTable(wires(from));
    const told = wires(from).map(({ type, snapshot }) => [type, snapshot]);
    expect(told).to.have.deep.members([
      ['conversation.updated', undefined],
      ['conversation.created', true],
    ]);
  });

  it('goes on where a process that died had stored its last page, and repeats none', async () => {
    await fill(ROWS);
    const from = receiver.requests.length;
    const dying = makeStore();
    const advance = dying.snapshots.advance.bind(dying.snapshots);
    let pages = 0;
    dying.snapshots.advance = (claim, progress) => {
      pages += 1;
      return pages > 1 ? new Promise(() => {}) : advance(claim, progress);
    };
    let now = Date.now();
    const clock = { now: () => now, after: () => () => {} };
    const first = makeHub(dying, { clock });
    bind(first);
    await ask(first);
    await until(() => {
      void first.drain();
      return pages === 2;
    });
    const second = makeHub(makeStore(), { clock });
    bind(second);
    await second.drain();
    expect(await drained(second)()).to.equal(false);
    now += 60_000;
    await until(drained(second));
    const ids = wires(from).map(({ data }) => data.conversation.id);
    expect(ids).to.have.length(ROWS);
    expect(new Set(ids).size).to.equal(ROWS);
    await first.close({ timeoutMs: 10 });
  });

  it('stores nothing of a page whose lease was lost', async () => {
    await fill(3);
    const from = receiver.requests.length;
    const slow = makeStore();
    const { claim } = slow.snapshots;
    const leases: string[] = [];
    slow.snapshots.claim = async (request) => {
      const claimed = await claim.call(slow.snapshots, request);
      if (claimed?.startedAt) {
        leases.push(request.lease);
        if (leases.length === 1) {
          await connection.sequelize.query(
            `UPDATE ${tables.prefix}snapshots SET lease = 'of another', leased_until = 0`,
          );
        }
      }
      return claimed;
    };
    const hub = makeHub(slow);
    bind(hub);
    await ask(hub);
    await until(drained(hub));
    expect(leases).to.have.length(2);
    expect(wires(from).map(({ data }) => data.conversation.id)).to.have.members([1, 2, 3]);
  });
});
