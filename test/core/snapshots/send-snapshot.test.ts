import {
  defineEvents,
  type HttpRequest,
  memoryStore,
  type NewEvent,
  payload,
  type RowRequest,
  type RowSource,
} from '@hookline/core';
import { expect } from 'chai';
import { createWebhook } from '../../../packages/core/src/http/handlers/webhooks.js';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';
import { until } from '../../support/until.js';

interface Row {
  readonly id: number;
  readonly account: number | null;
}

const events = defineEvents({
  'inbox.created': payload<Row>(),
  'inbox.opened': payload<Row>(),
  'agent.created': payload<Row>({ visibility: 'internal' }),
});

/** Rows in memory; `asked` keeps what was read of them. */
class Rows implements RowSource {
  readonly model = {};
  readonly unseen = [];
  readonly asked: RowRequest[] = [];
  readonly name: string;
  readonly snapshotType: string | null;
  rows: readonly Row[];
  dataOf: (row: Row) => unknown = (row) => row;

  constructor(rows: readonly Row[], name = 'Inbox', snapshotType: string | null = 'inbox.created') {
    this.rows = rows;
    this.name = name;
    this.snapshotType = snapshotType;
  }

  async read(request: RowRequest) {
    this.asked.push(request);
    const { after, limit, accountId } = request;
    const behind = this.rows.filter(({ id }) => id > Number(after ?? 0)).slice(0, limit);
    const own = behind.filter(({ account }) => accountId === (account === null ? null : String(account)));
    const toEvent = (row: Row): NewEvent => ({
      type: String(this.snapshotType),
      data: this.dataOf(row),
      account: row.account,
      subject: { type: this.name, id: row.id },
    });
    const next = behind.length < limit ? null : String(behind.at(-1)?.id);
    return { events: own.map(toEvent), next };
  }

  async reconcile() {
    return { checked: 0, created: 0, updated: 0, destroyed: 0 };
  }
}

const some = (count: number, account: number | null = 42): readonly Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: i + 1, account }));

const target = { url: 'https://example.com/hook', subscriptions: ['inbox.*'], accountId: 42 };

describe('the snapshot of a new webhook', () => {
  function begin(rows: Rows) {
    const store = memoryStore();
    const world = buildHub({ events, store });
    world.hub.addRows(rows);
    const sent = () => world.http.sent.map(({ body }) => JSON.parse(body.toString()));
    return { ...world, store, sent };
  }

  it('tells it of every row of its account, marked as a snapshot', async () => {
    const { hub, sent } = begin(new Rows([...some(2), { id: 3, account: 7 }, { id: 4, account: 42 }]));
    await hub.webhooks.create({ ...target, snapshot: ['Inbox'] });
    await hub.drain();
    expect(sent().map(({ data }) => data.id)).to.have.members([1, 2, 4]);
    for (const wire of sent()) {
      expect(wire).to.deep.include({ type: 'inbox.created', snapshot: true, account: { id: 42 } });
      expect(wire.subject).to.deep.equal({ type: 'Inbox', id: wire.data.id });
    }
  });

  it('tells nobody else, no listener either', async () => {
    const { hub, http } = begin(new Rows(some(3)));
    const heard: unknown[] = [];
    hub.on('*', (event) => heard.push(event));
    hub.on('*', (event) => heard.push(event), { lane: 'async', name: 'async' });
    await hub.webhooks.create({ ...target, url: 'https://example.com/other' });
    await hub.webhooks.create({ ...target, snapshot: ['Inbox'] });
    await hub.drain();
    expect(http.sent.map(({ url }) => url)).to.deep.equal(Array(3).fill(target.url));
    expect(heard).to.deep.equal([]);
  });

  it('reads page by page, none twice', async () => {
    const rows = new Rows(some(1_200));
    const { hub, sent } = begin(rows);
    await hub.webhooks.create({ ...target, snapshot: ['Inbox'] });
    await hub.drain();
    expect(rows.asked.map(({ after }) => after)).to.deep.equal([null, '500', '1000']);
    expect(new Set(sent().map(({ data }) => data.id)).size).to.equal(1_200);
    expect(sent()).to.have.length(1_200);
  });

  it('gives all its events the instant at which it began', async () => {
    const rows = new Rows(some(700));
    const { hub, sent, clock } = begin(rows);
    const createdAt = clock.now();
    rows.dataOf = (row) => {
      clock.advance(1);
      return row;
    };
    await hub.webhooks.create({ ...target, snapshot: ['Inbox'] });
    await hub.drain();
    const timestamps = new Set(sent().map(({ timestamp }) => timestamp));
    expect([...timestamps]).to.deep.equal([new Date(createdAt).toISOString()]);
  });

  it('keeps a page back until the one before was attempted', async () => {
    const rows = new Rows(some(600));
    const { hub, http, clock } = begin(rows);
    const release = http.hold();
    await hub.start();
    await hub.webhooks.create({ ...target, snapshot: ['Inbox'] });
    await until(() => {
      clock.advance(1_000);
      return http.sent.length > 0;
    });
    for (let sweep = 0; sweep < 5; sweep++) {
      clock.advance(1_000);
      await new Promise(setImmediate);
    }
    expect(rows.asked.map(({ after }) => after)).to.deep.equal([null]);
    release();
    await hub.drain();
    expect(rows.asked.map(({ after }) => after)).to.deep.equal([null, '500']);
  });

  it('asks for smaller pages where the rows are large', async () => {
    const rows = new Rows(some(60));
    const { hub, sent } = begin(rows);
    rows.dataOf = (row) => ({ ...row, text: 'x'.repeat(200_000) });
    await hub.webhooks.create({ ...target, snapshot: ['Inbox'] });
    await hub.drain();
    expect(sent()).to.have.length(60);
    expect(Math.min(...rows.asked.map(({ limit }) => limit))).to.be.below(60);
  });

  it('passes over a row of which no event can be made, and tells the log of it', async () => {
    const rows = new Rows(some(3));
    const { hub, sent, logger } = begin(rows);
    rows.dataOf = (row) => (row.id === 2 ? { big: 2n } : row);
    const { webhook } = await hub.webhooks.create({ ...target, snapshot: ['Inbox'] });
    await hub.drain();
    expect(sent().map(({ data }) => data.id)).to.have.members([1, 3]);
    const [line] = logger.of('error');
    expect(line?.fields).to.include({ webhookId: webhook.id, code: 'ERR_HOOKLINE_EVENT_DATA_INVALID' });
    expect(line?.fields.subject).to.deep.equal({ type: 'Inbox', id: 2 });
  });

  it('takes up a page again that failed, when its lease has ended', async () => {
    const rows = new Rows(some(3));
    const { hub, sent, clock, logger } = begin(rows);
    const read = rows.read.bind(rows);
    rows.read = async () => {
      rows.read = read;
      throw new Error('the table is away');
    };
    await hub.webhooks.create({ ...target, snapshot: ['Inbox'] });
    await hub.drain();
    expect(sent()).to.deep.equal([]);
    expect(logger.of('error').map(({ fields }) => fields.error)).to.include('the table is away');
    clock.advance(60_000);
    await hub.drain();
    expect(sent()).to.have.length(3);
  });

  it('leaves a model that this process does not have to one that has it', async () => {
    const rows = new Rows(some(3));
    const { hub, store, sent } = begin(rows);
    const { webhook } = await hub.webhooks.create({ ...target, active: false, snapshot: ['Inbox'] });
    await hub.close();
    await store.webhooks.update(webhook.id, {}, { active: true, updatedAt: 0 });
    const stranger = buildHub({ events, store });
    stranger.hub.addRows(new Rows(some(3), 'Agent'));
    await stranger.hub.drain();
    expect(stranger.http.sent).to.deep.equal([]);
    const other = buildHub({ events, store });
    other.hub.addRows(rows);
    await other.hub.drain();
    expect(other.http.sent).to.have.length(3);
    expect(sent()).to.deep.equal([]);
  });

  it('waits while the webhook is inactive, and goes on when it is active', async () => {
    const { hub, sent } = begin(new Rows(some(3)));
    const { webhook } = await hub.webhooks.create({ ...target, active: false, snapshot: ['Inbox'] });
    await hub.drain();
    expect(sent()).to.deep.equal([]);
    await hub.webhooks.update(webhook.id, { active: true });
    await hub.drain();
    expect(sent()).to.have.length(3);
  });

  it('ends with its webhook', async () => {
    const rows = new Rows(some(3));
    const { hub, sent } = begin(rows);
    const { webhook } = await hub.webhooks.create({ ...target, active: false, snapshot: ['Inbox'] });
    await hub.webhooks.delete(webhook.id);
    await hub.drain();
    expect(rows.asked).to.deep.equal([]);
    expect(sent()).to.deep.equal([]);
  });

  it('is asked for by the admin API, too', async () => {
    const { hub, sent } = begin(new Rows(some(2)));
    const body = { url: target.url, subscriptions: target.subscriptions, snapshot: ['Inbox'] };
    const request = { params: {}, json: async () => body } as unknown as HttpRequest;
    const { status } = await createWebhook(request, { hub, scope: { accountId: 42 } } as never);
    expect(status).to.equal(201);
    await hub.drain();
    expect(sent()).to.have.length(2);
  });

  it('is given by the names of bound models, each told of once', async () => {
    const { hub, sent } = begin(new Rows(some(1)));
    hub.addRows(new Rows(some(1), 'Door', 'inbox.opened'));
    await hub.webhooks.create({ ...target, snapshot: ['Inbox', 'Door', 'Inbox'] });
    await hub.drain();
    expect(sent().map(({ type }) => type)).to.have.members(['inbox.created', 'inbox.opened']);
  });

  describe('is refused', () => {
    const { hub } = begin(new Rows([]));
    hub.addRows(new Rows([], 'Agent', 'agent.created'));
    hub.addRows(new Rows([], 'Silent', null));
    const refused = async (input: object, text: string) => {
      const error = await expectError('VALIDATION_FAILED', () =>
        hub.webhooks.create({ ...target, ...input }),
      );
      expect((error.details.fields as Record<string, string>).snapshot).to.include(text);
    };
    const known = 'the bound models whose rows webhooks can have: "Inbox"';

    it('for a model that is not bound', () =>
      refused({ snapshot: ['Inboxes'] }, `"Inboxes" is none of ${known}`));
    it('for a model that no event type tells of', () => refused({ snapshot: ['Silent'] }, known));
    it('for a model whose event type is internal', () => refused({ snapshot: ['Agent'] }, known));
    it('for what is no list', () => refused({ snapshot: 'Inbox' }, 'expected a list'));
    it('for what is no name', () => refused({ snapshot: [7] }, '7 is none of'));
    it('for a model whose event type the webhook does not subscribe to', () =>
      refused({ subscriptions: ['inbox.opened'], snapshot: ['Inbox'] }, 'comes as "inbox.created"'));
    it('for a webhook that is there already', async () => {
      const { webhook } = await hub.webhooks.create(target);
      const change = { snapshot: ['Inbox'] } as object;
      const error = await expectError('VALIDATION_FAILED', () => hub.webhooks.update(webhook.id, change));
      expect(error.details.fields).to.have.property('snapshot');
    });
  });
});
