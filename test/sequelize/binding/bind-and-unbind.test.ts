import { createHub, defineEvents, payload } from '@hookline/core';
import { bindModel, changed } from '@hookline/sequelize';
import { expect } from 'chai';
import { Model, type ModelStatic } from 'sequelize';
import { expectError } from '../../support/expect-error.js';
import { type Connection, connect } from '../connect.js';
import { type Conversation, defineConversation } from '../conversation-model.js';
import { RecordingHub } from '../recording-hub.js';

const EVENTS = {
  created: 'conversation.created',
  updated: 'conversation.updated',
  destroyed: 'conversation.destroyed',
};

describe('binding and unbinding a model', () => {
  let connection: Connection;
  let Conversation: ModelStatic<Conversation>;
  let hub: RecordingHub;

  before(async () => {
    connection = await connect();
  });
  after(() => connection.close());

  beforeEach(async () => {
    Conversation = await defineConversation(connection.sequelize);
    hub = new RecordingHub();
  });

  it('dispatches once when a model is bound twice, as it was bound last', async () => {
    bindModel(Conversation, hub, { created: 'conversation.first' });
    bindModel(Conversation, hub, { created: 'conversation.second' });
    await Conversation.create({ subject: 'hello' });
    expect(hub.types).to.deep.equal(['conversation.second']);
  });

  it('restores everything when it is unbound, and only once', async () => {
    const { save, destroy } = Conversation.prototype;
    const { update } = Conversation;
    const first = bindModel(Conversation, hub, EVENTS);
    bindModel(Conversation, hub, EVENTS)();
    first();
    expect(Conversation.prototype.save).to.equal(save);
    expect(Conversation.prototype.destroy).to.equal(destroy);
    expect(Conversation.update).to.equal(update);
    expect(Object.hasOwn(Conversation.prototype, 'save')).to.equal(false);
    await Conversation.create({ subject: 'hello' });
    expect(hub.types).to.deep.equal([]);
  });

  it("keeps the app's own save(), and what wrapped it later", async () => {
    const calls: string[] = [];
    const inherited = Conversation.prototype.save;
    Conversation.prototype.save = function (...args) {
      calls.push('own');
      return inherited.apply(this, args) as never;
    };
    const own = Conversation.prototype.save;
    const unbind = bindModel(Conversation, hub, EVENTS);
    const bound = Conversation.prototype.save;
    Conversation.prototype.save = function (...args) {
      calls.push('later');
      return bound.apply(this, args) as never;
    };
    await Conversation.create({ subject: 'one' });
    unbind();
    await Conversation.create({ subject: 'two' });
    expect(calls).to.deep.equal(['later', 'own', 'later', 'own']);
    expect(hub.types).to.deep.equal(['conversation.created']);
    Conversation.prototype.save = bound;
    expect(Conversation.prototype.save).to.not.equal(own);
  });

  it('leaves other hooks of the model alone', async () => {
    const seen: string[] = [];
    Conversation.afterCreate('mine', () => void seen.push('named'));
    Conversation.afterCreate(() => void seen.push('anonymous'));
    bindModel(Conversation, hub, EVENTS)();
    await Conversation.create({ subject: 'hello' });
    expect(seen).to.deep.equal(['named', 'anonymous']);
  });

  it('refuses an event type that the hub does not know', async () => {
    const events = defineEvents({ 'conversation.created': payload<object>() });
    const misspelt = { created: 'conversation.creatd' } as never;
    const error = await expectError('EVENT_TYPE_UNKNOWN', () =>
      bindModel(Conversation, createHub({ events }), misspelt),
    );
    expect(error.message).to.contain('conversation.created');
  });

  it('refuses an event type that is transient: what is not stored cannot commit with a row', async () => {
    const events = defineEvents({ 'conversation.typing_on': payload<object>({ transient: true }) });
    const error = await expectError('OPTION_INVALID', () =>
      bindModel(Conversation, createHub({ events }), { created: 'conversation.typing_on' }),
    );
    expect(error.message).to.contain('"conversation.typing_on", which is transient');
  });

  it('refuses a model that is not initialised', async () => {
    class Unborn extends Model {}
    const error = await expectError('OPTION_INVALID', () => bindModel(Unborn, hub, EVENTS));
    expect(error.message).to.contain('Unborn');
  });

  it('refuses a binding that makes no event', async () => {
    for (const binding of [{}, { account: () => 42 }, { created: undefined }, { when: {} }]) {
      const error = await expectError('OPTION_INVALID', () => bindModel(Conversation, hub, binding as never));
      expect(error.message).to.contain('an event type for Conversation');
    }
  });

  const misspelt = {
    create: 'created',
    update: 'updated',
    destory: 'destroyed',
    accountId: 'account',
    redacted: 'redact',
  };
  for (const [key, known] of Object.entries(misspelt)) {
    it(`refuses ${key}, naming ${known}`, async () => {
      const binding = { ...EVENTS, [key]: 'conversation.created' };
      const error = await expectError('OPTION_INVALID', () => bindModel(Conversation, hub, binding));
      expect(error.message).to.contain(`expected "${known}", got "${key}"`);
    });
  }

  it('names every key where none is near', async () => {
    const binding = { ...EVENTS, fields: ['subject'] };
    const error = await expectError('OPTION_INVALID', () => bindModel(Conversation, hub, binding));
    expect(error.message).to.contain('one of created, updated').and.to.contain('"fields"');
  });

  it('refuses an attribute that the model does not have', async () => {
    const bindings = [
      { only: ['subjekt'] },
      { redact: ['subjekt'] },
      { ignore: ['subjekt'] },
      { account: 'subjekt' },
      { when: { 'a.b': changed('subjekt') } },
    ];
    for (const binding of bindings) {
      const error = await refusal({ ...EVENTS, ...binding });
      expect(error.message).to.contain('"subjekt"');
    }
  });

  const wrong: readonly (readonly [binding: object, expected: string])[] = [
    [{ bulk: 'row' }, 'Option bulk: expected one of "rows", "summary", "off", got "row"'],
    [{ transaction: true }, 'Option transaction: expected one of "auto", "require", "off", got true'],
    [{ onOutboxError: 'warn' }, 'Option onOutboxError: expected one of "abort", "log", got "warn"'],
    [{ capture: 'triggers' }, 'Option capture: expected one of "hooks", "trigger", got "triggers"'],
    [{ only: 'status' }, 'Option only: expected a list of attributes, got "status"'],
    [{ redact: {} }, 'Option redact: expected a list of attributes, got [object Object]'],
    [{ data: 'x' }, 'Option data: expected a function, got "x"'],
    [
      { when: { 'conversation.closed': true } },
      'Option when["conversation.closed"]: expected a function, got true',
    ],
    [{ coalesce: 'yes' }, 'Option coalesce: expected a boolean, got "yes"'],
    [{ changes: 'no' }, 'Option changes: expected a boolean, got "no"'],
    [{ bulkRowCap: 0 }, 'Option bulkRowCap: expected a whole number from 1 to 1000000, got 0'],
    [{ bulkRowCap: 1.5 }, 'Option bulkRowCap: expected a whole number from 1 to 1000000, got 1.5'],
    [{ bulkRowCap: 1_000_001 }, 'expected a whole number from 1 to 1000000, got 1000001'],
    [{ bulk: 'summary' }, 'Option summary: expected an event type, for bulk is "summary", got none'],
    [
      { ignore: ['status'], when: { 'a.b': changed('status') } },
      'Option when: expected attributes that are not under ignore, got "status"',
    ],
  ];
  for (const [binding, expected] of wrong) {
    it(`refuses ${JSON.stringify(binding)}`, async () => {
      const error = await refusal({ ...EVENTS, ...binding });
      expect(error.message).to.contain(expected);
    });
  }

  it('takes a summary alone, unless bulk calls make nothing', async () => {
    bindModel(Conversation, hub, { summary: 'conversation.many', bulk: 'summary' });
    bindModel(Conversation, hub, { summary: 'conversation.many', bulk: 'rows' });
    const error = await refusal({ summary: 'conversation.many', bulk: 'off' });
    expect(error.message).to.contain('got a summary alone, with bulk "off"');
  });

  it('traces the foreign key of an association that is defined later', async () => {
    bindModel(Conversation, hub, EVENTS);
    Conversation.belongsTo(Conversation, { as: 'parent', foreignKey: 'parentId' });
    await Conversation.sync({ force: true });
    const parent = await Conversation.create({ subject: 'parent' });
    const row = await Conversation.create({ subject: 'child' });
    await row.update({ parentId: parent.id } as object);
    expect(hub.last.options.changes).to.deep.equal({ parentId: { previous: null, current: parent.id } });
  });

  const refusal = (binding: object) =>
    expectError('OPTION_INVALID', () => bindModel(Conversation, hub, binding as never));
});
