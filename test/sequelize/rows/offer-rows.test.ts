import type { RowSource } from '@hookline/core';
import { bindModel } from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes, type Model, type ModelStatic } from 'sequelize';
import { type Connection, connect } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';
import { RecordingHub } from '../recording-hub.js';

class HubWithRows extends RecordingHub {
  readonly rows: RowSource[] = [];

  addRows(source: RowSource): () => void {
    this.rows.push(source);
    return () => void this.rows.splice(this.rows.indexOf(source), 1);
  }
}

describe('the rows of a bound model', () => {
  let connection: Connection;
  let Conversation: ModelStatic<Conversation>;
  const hub = new HubWithRows();

  before(async () => {
    connection = await connect();
  });
  after(() => connection.close());
  beforeEach(async () => {
    hub.rows.length = 0;
    Conversation = await defineConversation(connection.sequelize);
  });

  function bind(binding: object, model: ModelStatic<Model> = Conversation): RowSource {
    bindModel(model, hub, binding);
    return hub.rows.at(-1) as RowSource;
  }

  it('are known by the name of the model, until it is unbound', () => {
    const unbind = bindModel(Conversation, hub, { created: 'a.created' });
    expect(hub.rows.map(({ name, model }) => ({ name, model }))).to.deep.equal([
      { name: 'Conversation', model: Conversation },
    ]);
    unbind();
    expect(hub.rows).to.deep.equal([]);
  });

  it('are told of as created, or else as updated', () => {
    expect(bind({ created: 'a.created', updated: 'a.updated' }).snapshotType).to.equal('a.created');
    expect(bind({ updated: 'a.updated' }).snapshotType).to.equal('a.updated');
    expect(bind({ destroyed: 'a.destroyed' }).snapshotType).to.equal(null);
  });

  it('are not told of where they have no key', () => {
    const Keyless = connection.sequelize.define('Keyless', { text: DataTypes.STRING });
    Keyless.removeAttribute('id');
    expect(bind({ created: 'a.created' }, Keyless).snapshotType).to.equal(null);
  });

  describe('as events', () => {
    beforeEach(async () => {
      const accounts = [42, 7, 42];
      await Conversation.bulkCreate(
        accounts.map((accountId, i) => ({ accountId, subject: `row ${i + 1}`, token: 'secret' })),
      );
    });
    const idsOf = async (source: RowSource, accountId?: string | null) => {
      const request = { after: null, limit: 10, ...(accountId !== undefined && { accountId }) };
      const { events, next } = await source.read(request);
      expect(next).to.equal(null);
      return events.map(({ subject }) => subject?.id);
    };

    it('are as those of the hooks: data, account and subject, without what is redacted', async () => {
      const source = bind({ created: 'a.created', account: 'accountId', redact: ['token'] });
      const { events } = await source.read({ after: null, limit: 1 });
      const [row] = await Conversation.findAll({ limit: 1, order: ['id'] });
      const { token: _, ...shown } = (row?.get() ?? {}) as Record<string, unknown>;
      expect(events).to.deep.equal([
        {
          ...{ type: 'a.created', account: 42, snapshot: true },
          subject: { type: 'Conversation', id: 1 },
          data: { conversation: shown },
        },
      ]);
    });

    it('are those of an account, by its attribute', async () => {
      const source = bind({ created: 'a.created', account: 'accountId' });
      expect(await idsOf(source)).to.deep.equal([1, 2, 3]);
      expect(await idsOf(source, '42')).to.deep.equal([1, 3]);
      expect(await idsOf(source, null)).to.deep.equal([]);
    });

    it('are none for an account that the attribute cannot have', async () => {
      const source = bind({ created: 'a.created', account: 'accountId' });
      expect(await idsOf(source, 'acme')).to.deep.equal([]);
      expect(await idsOf(source, '99999999999999999999')).to.deep.equal([]);
    });

    it('are those of an account, by the function of the binding', async () => {
      const account = (row: Conversation) => (row.accountId === 7 ? null : row.accountId);
      const source = bind({ created: 'a.created', account });
      expect(await idsOf(source, '42')).to.deep.equal([1, 3]);
      expect(await idsOf(source, null)).to.deep.equal([2]);
    });

    it('belong to no account where the binding names none', async () => {
      const source = bind({ created: 'a.created' });
      expect(await idsOf(source, null)).to.deep.equal([1, 2, 3]);
      expect(await idsOf(source, '42')).to.deep.equal([]);
    });

    it('leave a row out whose data cannot be made, and say which', async () => {
      const data = (row: Conversation) => {
        if (row.id === 2) throw new Error('no data');
        return { id: row.id };
      };
      const { events, failures } = await bind({ created: 'a.created', data }).read({
        after: null,
        limit: 10,
      });
      expect(events.map((event) => event.data)).to.deep.equal([{ id: 1 }, { id: 3 }]);
      expect(failures?.map(({ subject }) => subject)).to.deep.equal([{ type: 'Conversation', id: 2 }]);
    });
  });

  describe('which writes make no events', () => {
    it('hooks see nothing of raw SQL', () => {
      expect(bind({ created: 'a.created' }).unseen).to.deep.equal(['raw SQL and other programs']);
    });

    it('nor of what foreign keys do, also of associations that are defined later', () => {
      const source = bind({ created: 'a.created' });
      const Inbox = connection.sequelize.define('Inbox', {});
      const Agent = connection.sequelize.define('Agent', {});
      Conversation.belongsTo(Inbox, { onDelete: 'CASCADE' });
      Conversation.belongsTo(Agent, { onUpdate: 'NO ACTION' });
      Conversation.belongsTo(connection.sequelize.define('Loose', {}), { constraints: false });
      expect(source.unseen.slice(1)).to.deep.equal([
        'rows removed by ON DELETE CASCADE of Inbox',
        'InboxId changed by ON UPDATE CASCADE of Inbox',
        'AgentId emptied by ON DELETE SET NULL of Agent',
        'rows removed by TRUNCATE ... CASCADE of Inbox',
        'rows removed by TRUNCATE ... CASCADE of Agent',
      ]);
    });

    it('nor of bulk writes where the binding says so', () => {
      const { unseen } = bind({ created: 'a.created', bulk: 'off' });
      expect(unseen.at(-1)).to.include("bulk: 'off'");
    });

    it('nor of updates of many rows without a key', () => {
      const Keyless = connection.sequelize.define('Keyless', { text: DataTypes.STRING });
      Keyless.removeAttribute('id');
      expect(bind({ created: 'a.created' }, Keyless).unseen.at(-1)).to.include('no primary key');
    });

    it('triggers see them all', () => {
      expect(bind({ created: 'a.created', capture: 'trigger' }).unseen).to.deep.equal([]);
    });
  });
});
