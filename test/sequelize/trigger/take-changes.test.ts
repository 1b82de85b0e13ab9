import { createHub, HooklineError, memoryStore, type NewEvent } from '@hookline/core';
import {
  bindModel,
  installCapture,
  type ModelBinding,
  removeCapture,
  sequelizeStore,
} from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes, type ModelStatic, QueryTypes, type Sequelize } from 'sequelize';
import { spy } from 'sinon';
import { until } from '../../support/until.js';
import { type Connection, connect } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';
import { type PulledHub, pulledHub, waiting } from './pulled-hub.js';

const TYPES = { created: 'row.created', updated: 'row.updated', destroyed: 'row.destroyed' } as const;

describe('changes that triggers recorded', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let Conversation: ModelStatic<Conversation>;
  let world: PulledHub;

  beforeEach(async () => {
    connection = await connect({ pool: { max: 3, acquire: 3_000 } });
    sequelize = connection.sequelize;
    Conversation = await defineConversation(sequelize);
    world = await pulledHub(sequelize);
  });
  afterEach(async () => {
    await world.close();
    await connection.close();
  });

  const bind = (more: Partial<ModelBinding<Conversation>> = {}) =>
    bindModel(Conversation, world.hub, { ...TYPES, capture: 'trigger', ...more });
  const sql = (text: string) => sequelize.query(text);
  const insert = (count: number) =>
    sql(`INSERT INTO "Conversations" (subject, "accountId", "createdAt", "updatedAt")
      SELECT 's' || n, n % 2, now(), now() FROM generate_series(1, ${count}) AS n`);
  const happened = async () =>
    (await world.events()).map(({ type, subject }) => `${type.split('.')[1]} ${subject?.id}`);

  it('become events with the instant of the change', async () => {
    bind();
    await installCapture(sequelize, [Conversation]);
    const before = Date.now();
    await insert(1);
    const [change] = await waiting(sequelize);
    await world.pull();
    const [event] = await world.events();
    expect(event?.timestamp)
      .to.equal(Number(change?.occurred_at))
      .and.be.within(before - 5_000, Date.now() + 5_000);
  });

  it('are taken by whatever process relays, without being asked', async () => {
    const hub = createHub({ store: world.store, logger: world.logger });
    bindModel(Conversation, hub, { ...TYPES, capture: 'trigger' });
    await installCapture(sequelize, [Conversation]);
    await hub.start();
    const heard: unknown[] = [];
    hub.on('row.*', ({ type, subject }) => heard.push([type, subject?.id]));
    await insert(1);
    await until(() => heard.length > 0);
    expect(heard).to.deep.equal([['row.created', 1]]);
    const row = (await Conversation.findByPk(1)) as Conversation;
    expect(await hub.events.of(row)).to.have.length(1);
    expect(world.logger.of('error')).to.deep.equal([]);
    await hub.close();
  });

  it('become events however many there are, portion by portion and in their order', async () => {
    bind();
    await installCapture(sequelize, [Conversation]);
    await insert(1_250);
    expect(await world.pull()).to.equal(1_250);
    const rows = await sequelize.query<{ subject_id: string }>(
      'SELECT subject_id FROM hookline_events ORDER BY id',
      {
        type: QueryTypes.SELECT,
      },
    );
    expect(rows.map((row) => Number(row.subject_id))).to.deep.equal(
      Array.from({ length: 1_250 }, (_, n) => n + 1),
    );
  });

  it('stand in their order across tables', async () => {
    const Message = sequelize.define('Message', { conversationId: DataTypes.INTEGER }, { timestamps: false });
    await Message.sync();
    bind();
    bindModel(Message, world.hub, { created: 'message.created', capture: 'trigger' });
    await installCapture(sequelize, [Conversation, Message]);
    for (const id of [1, 2]) {
      await insert(1);
      await sql(`INSERT INTO "Messages" ("conversationId") VALUES (${id})`);
    }
    await world.pull();
    expect(await world.types()).to.deep.equal([
      'row.created',
      'message.created',
      'row.created',
      'message.created',
    ]);
  });

  it('become the events of every model that is bound to the table', async () => {
    const Same = sequelize.define(
      'Same',
      { subject: DataTypes.STRING },
      { tableName: 'Conversations', timestamps: false },
    );
    bind();
    bindModel(Same, world.hub, { created: 'same.created' });
    await installCapture(sequelize, [Conversation]);
    await insert(1);
    await world.pull();
    expect(await world.types()).to.deep.equal(['row.created', 'same.created']);
  });

  it('cost one query where nothing waits', async () => {
    bind();
    await installCapture(sequelize, [Conversation]);
    await world.pull();
    const query = spy(sequelize, 'query');
    await world.pull();
    expect(query.callCount).to.equal(1);
  });

  describe('where one cannot become an event', () => {
    const refuse = (id: number) => (row: Conversation) => {
      if (row.id === id) throw new Error(`not ${id}`);
      return { id: row.id };
    };
    const makeDue = () => sql('UPDATE hookline_changes SET retry_at = 0');

    it('all others do', async () => {
      bind({ data: refuse(7) });
      await installCapture(sequelize, [Conversation]);
      await insert(20);
      await world.pull();
      expect(await happened()).to.deep.equal(
        Array.from({ length: 20 }, (_, n) => `created ${n + 1}`).filter((event) => event !== 'created 7'),
      );
      const [left, ...more] = await waiting(sequelize);
      expect(more).to.deep.equal([]);
      expect(left).to.deep.include({ failed_count: 1, last_error: 'not 7' });
    });

    it('it is logged at each try, tried ever later, and becomes one in the end', async () => {
      const unbind = bind({ data: refuse(1) });
      await installCapture(sequelize, [Conversation]);
      await insert(1);
      const delays: number[] = [];
      for (const tries of [1, 2, 3]) {
        await makeDue();
        await world.pull();
        expect(world.logger.of('error')).to.have.length(tries);
        const [change] = await waiting(sequelize);
        delays.push(Math.round((Number(change?.retry_at) - Date.now()) / 1_000));
      }
      expect(delays).to.deep.equal([2, 4, 8]);
      expect(world.logger.of('error').at(-1)?.fields).to.include({
        error: 'not 1',
        failedCount: 3,
        table: 'Conversations',
      });
      expect(await world.pull(), 'before it is due').to.equal(0);
      unbind();
      bind();
      await makeDue();
      await world.pull();
      expect(await happened()).to.deep.equal(['created 1']);
    });

    it('its delay grows to an hour', async () => {
      bind({ data: refuse(1) });
      await installCapture(sequelize, [Conversation]);
      await insert(1);
      await sql('UPDATE hookline_changes SET failed_count = 2000000000');
      await world.pull();
      const [change] = await waiting(sequelize);
      expect(Number(change?.retry_at) - Date.now()).to.be.within(3_590_000, 3_610_000);
    });

    it('it may be the database that refuses: a query of the data, or what was recorded of another column', async () => {
      bind({
        data: async (row, { transaction }) => {
          if (row.id === 2) await sequelize.query('SELECT 1 / 0', { transaction });
          return {};
        },
      });
      await installCapture(sequelize, [Conversation]);
      await insert(3);
      await sql(
        `UPDATE hookline_changes SET after = after || '{"accountId": "none"}' WHERE after->>'id' = '3'`,
      );
      await world.pull();
      expect(await happened()).to.deep.equal(['created 1']);
      expect((await waiting(sequelize)).map(({ last_error: error }) => error)).to.deep.equal([
        'division by zero',
        'invalid input syntax for type integer: "none"',
      ]);
    });

    it('it may be the event that is refused', async () => {
      bind({ data: (row) => (row.id === 2 ? { big: 1n } : {}) });
      await installCapture(sequelize, [Conversation]);
      await insert(3);
      await world.pull();
      expect(await happened()).to.deep.equal(['created 1', 'created 3']);
    });

    it('many such do not hold up what comes after them', async () => {
      bind({ data: refuse(0) });
      await installCapture(sequelize, [Conversation]);
      await insert(1);
      await sql(`INSERT INTO hookline_changes (source, transaction_id, occurred_at, after, failed_count)
        SELECT source, 1, 1, after || '{"id": 0}', 1 FROM hookline_changes, generate_series(1, 600)`);
      await world.feeds[0]?.pull(world.store);
      expect(await happened()).to.include('created 1');
    });
  });

  it('stay where the store fails, and are taken when it works again', async () => {
    let isDown = true;
    const { dispatchAll } = world.hub;
    const hub = {
      ...world.hub,
      dispatchAll: async (events: readonly NewEvent[], options?: object) => {
        const stored = await dispatchAll(events, options);
        if (isDown) throw new HooklineError('STORE_UNAVAILABLE', { store: 'sequelize' });
        return stored;
      },
    };
    bindModel(Conversation, hub, { ...TYPES, capture: 'trigger' });
    await installCapture(sequelize, [Conversation]);
    await insert(2);
    const failure = await world.pull().catch((error: unknown) => error);
    expect(failure).to.have.property('code', 'ERR_HOOKLINE_STORE_UNAVAILABLE');
    expect((await waiting(sequelize)).map(({ failed_count: count }) => count)).to.deep.equal([0, 0]);
    expect(await happened()).to.deep.equal([]);
    isDown = false;
    await world.pull();
    expect(await happened()).to.deep.equal(['created 1', 'created 2']);
  });

  it('are not lost by a process that dies with them in hand', async () => {
    const dying = connection.another({ pool: { max: 1 } });
    const Dying = sameModel(dying);
    const its = await pulledHub(dying);
    bindModel(Dying, its.hub, {
      created: 'row.created',
      data: async (_, { transaction }) => {
        const [row] = await dying.query<{ pid: number }>('SELECT pg_backend_pid() AS pid', {
          type: QueryTypes.SELECT,
          transaction,
        });
        await sequelize.query(`SELECT pg_terminate_backend(${row?.pid})`);
        return {};
      },
    });
    bind();
    await installCapture(sequelize, [Conversation]);
    await insert(3);
    expect(await its.pull().catch((error: unknown) => error)).to.be.instanceOf(Error);
    await its.close();
    await world.pull();
    expect(await happened()).to.deep.equal(['created 1', 'created 2', 'created 3']);
  });

  it('are taken once by processes that pull at the same time, each row in its order', async () => {
    bind({ changes: true });
    await installCapture(sequelize, [Conversation]);
    const others = await Promise.all(
      [1, 2].map(async () => {
        const its = connection.another({ pool: { max: 2 } });
        const hub = await pulledHub(its);
        bindModel(sameModel(its), hub.hub, {
          ...TYPES,
          capture: 'trigger',
          data: (row) => ({ status: row.get('status') }),
        });
        return hub;
      }),
    );
    await insert(10);
    for (let n = 1; n <= 60; n++) {
      await sql(`UPDATE "Conversations" SET status = '${n}'`);
      if (n % 20 === 0) await Promise.all([world, ...others].map((each) => each.feeds[0]?.pull(each.store)));
    }
    await Promise.all([world, ...others].map((each) => each.pull()));
    await world.pull();
    const rows = await sequelize.query<{ id: string; current: string }>(
      `SELECT subject_id AS id, payload::jsonb->'changes'->'status'->>'current' AS current
      FROM hookline_events AS event WHERE type = 'row.updated' ORDER BY event.id`,
      { type: QueryTypes.SELECT },
    );
    for (let id = 1; id <= 10; id++) {
      const history = rows.filter((row) => row.id === String(id)).map(({ current }) => Number(current));
      expect(history).to.deep.equal(Array.from({ length: 60 }, (_, n) => n + 1));
    }
    await Promise.all(others.map((each) => each.close()));
  });

  describe('with coalesce', () => {
    beforeEach(async () => {
      bind({ coalesce: true });
      await installCapture(sequelize, [{ model: Conversation, redact: ['token'] }]);
    });

    const diffs = async () => {
      await world.pull();
      return (await world.events()).map(({ type, subject, changes }) => [
        type.split('.')[1],
        subject?.id,
        changes,
      ]);
    };

    it('come to one event for each row and transaction', async () => {
      await insert(2);
      await world.pull();
      await sequelize.query(
        `BEGIN; UPDATE "Conversations" SET status = 'a' WHERE id = 1; UPDATE "Conversations" SET status = 'b';
        UPDATE "Conversations" SET subject = 'new' WHERE id = 1; COMMIT;
        UPDATE "Conversations" SET status = 'c' WHERE id = 1`,
      );
      expect((await diffs()).slice(2)).to.deep.equal([
        ['updated', 2, { status: { previous: 'open', current: 'b' } }],
        [
          'updated',
          1,
          { subject: { previous: 's1', current: 'new' }, status: { previous: 'open', current: 'b' } },
        ],
        ['updated', 1, { status: { previous: 'b', current: 'c' } }],
      ]);
    });

    it('come to nothing where the row is as it was, or was never there', async () => {
      await insert(1);
      await world.pull();
      await sql(`BEGIN; UPDATE "Conversations" SET status = 'a'; UPDATE "Conversations" SET status = 'open';
        INSERT INTO "Conversations" (id, subject, "createdAt", "updatedAt") VALUES (9, 'x', now(), now());
        DELETE FROM "Conversations" WHERE id = 9; COMMIT`);
      expect(await diffs()).to.have.length(1);
      expect(await waiting(sequelize)).to.deep.equal([]);
    });

    it('come to one event also where they are more than one portion', async () => {
      await insert(400);
      await world.pull();
      await sql(
        `BEGIN; UPDATE "Conversations" SET status = 'a'; UPDATE "Conversations" SET subject = 'b'; COMMIT`,
      );
      await world.pull();
      const [row] = await sequelize.query(
        `SELECT count(*)::int FROM hookline_events WHERE type = 'row.updated'`,
        {
          type: QueryTypes.SELECT,
        },
      );
      expect(row).to.deep.equal({ count: 400 });
    });
  });

  describe('of more rows than the cap', () => {
    const summaries = async () => {
      await world.pull();
      return (await world.events()).map(({ type, accountId, data }) => [type, accountId, data]);
    };

    it('are summed up for each account', async () => {
      bind({ summary: 'rows.written', account: 'accountId' });
      await installCapture(sequelize, [{ model: Conversation, account: 'accountId', bulkRowCap: 4 }]);
      await insert(5);
      await sql('UPDATE "Conversations" SET status = 1');
      await sql('TRUNCATE "Conversations"');
      const of = (operation: string) => [
        ['rows.written', 0, { model: 'Conversation', operation, count: 2 }],
        ['rows.written', 1, { model: 'Conversation', operation, count: 3 }],
      ];
      expect((await summaries()).toSorted()).to.deep.equal(
        [...of('created'), ...of('updated'), ...of('destroyed')].toSorted(),
      );
    });

    it('are summed up in one event where the account is not known', async () => {
      bind({ summary: 'rows.written' });
      await installCapture(sequelize, [{ model: Conversation, bulkRowCap: 4 }]);
      await insert(4);
      await insert(5);
      await sql('DELETE FROM "Conversations"');
      expect((await summaries()).slice(4)).to.deep.equal([
        ['rows.written', null, { model: 'Conversation', operation: 'created', count: 5 }],
        ['rows.written', null, { model: 'Conversation', operation: 'destroyed', count: 9 }],
      ]);
    });

    it('wait where the binding names no summary, until it does', async () => {
      bind();
      await installCapture(sequelize, [{ model: Conversation, bulkRowCap: 4 }]);
      await insert(5);
      expect(await summaries()).to.deep.equal([]);
      const [failure] = world.logger.of('error');
      expect(failure?.fields).to.include({ code: 'ERR_HOOKLINE_SUMMARY_MISSING', failedCount: 1 });
      bind({ summary: 'rows.written' });
      await sql('UPDATE "hookline_changes" SET retry_at = 0');
      expect(await summaries()).to.deep.equal([
        ['rows.written', null, { model: 'Conversation', operation: 'created', count: 5 }],
      ]);
    });

    it('are recorded one by one, however many, where no cap is given', async () => {
      bind();
      await installCapture(sequelize, [Conversation]);
      await insert(12_000);
      const [row] = await sql('SELECT count(*)::int AS count FROM "hookline_changes"');
      expect(row).to.deep.equal([{ count: 12_000 }]);
    });
  });

  describe('where the triggers are missing', () => {
    const told = () => world.logger.of('error').map(({ fields }) => fields.code);

    it('is told once, and again when they go missing again', async () => {
      bind();
      await world.pull();
      await world.pull();
      expect(told()).to.deep.equal(['ERR_HOOKLINE_CAPTURE_MISSING']);
      await installCapture(sequelize, [Conversation]);
      await world.pull();
      await removeCapture(sequelize, [Conversation]);
      await world.pull();
      await world.pull();
      expect(told()).to.have.length(2);
    });

    it('is told of a table that was made again, and of one that is not there', async () => {
      bind();
      await installCapture(sequelize, [Conversation]);
      await Conversation.sync({ force: true });
      await world.pull();
      expect(told()).to.have.length(1);
      await Conversation.drop();
      await world.pull();
      expect(told()).to.have.length(1);
    });

    it('is told where the store of the hub is no database', async () => {
      bind();
      expect(await world.feeds[0]?.pull(memoryStore())).to.equal(0);
      expect(told()).to.deep.equal(['ERR_HOOKLINE_CAPTURE_MISSING']);
    });

    it('is told where the model is in another database than the store', async () => {
      bind();
      const elsewhere = sequelizeStore(sequelize, { prefix: 'elsewhere_', listen: false });
      expect(await world.feeds[0]?.pull(elsewhere)).to.equal(0);
      expect(told()).to.deep.equal(['ERR_HOOKLINE_CAPTURE_MISSING']);
    });

    it('is nothing to tell of a model that is bound with hooks', async () => {
      bind({ capture: 'hooks' });
      await world.pull();
      expect(told()).to.deep.equal([]);
    });
  });

  it('wake the relays when a write through the model has ended', async () => {
    bind();
    await Conversation.create({ subject: 'one' });
    expect(world.wakes).to.deep.equal([null]);
    await sequelize.transaction(async (transaction) => {
      await Conversation.update({ status: 'x' }, { where: {}, transaction });
      expect(world.wakes.slice(1)).to.deep.equal([transaction]);
    });
    await Conversation.create({ subject: 'far too long, as its validation says' }).catch(() => {});
    expect(world.wakes).to.have.length(2);
  });

  it('are no business of a hub whose last model was unbound', async () => {
    const unbind = bind();
    expect(world.feeds).to.have.length(1);
    unbind();
    expect(world.feeds).to.have.length(0);
    bind();
    expect(world.feeds).to.have.length(1);
  });
});

/** The same table, known to another process. */
function sameModel(sequelize: Sequelize): ModelStatic<Conversation> {
  return sequelize.define<Conversation>(
    'Conversation',
    { subject: DataTypes.STRING, status: DataTypes.STRING, accountId: DataTypes.INTEGER } as never,
    {},
  );
}
