import { defineEvents, payload, SUBJECT, type Subject } from '@hookline/core';
import { expect } from 'chai';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const events = defineEvents({
  'conversation.created': payload<{ id: number }>(),
  'conversation.closed': payload<{ id: number }>(),
  'conversation.noted': payload<{ id: number }>({ visibility: 'internal' }),
});
const CONVERSATION = { type: 'Conversation', id: 7 };

/** A conversation that two webhooks of account 42 were told of, one of them in vain, and one of another account. */
async function aHistory() {
  const world = buildHub({ events });
  const { hub, http } = world;
  const url = 'https://receiver.example/hook';
  const create = (accountId: number, subscriptions: readonly string[]) =>
    hub.webhooks.create({ url, subscriptions, accountId });
  const [all, closed] = [await create(42, ['*']), await create(42, ['conversation.closed'])];
  await create(43, ['*']);
  const about = { account: 42, subject: CONVERSATION };
  const opening = await hub.dispatch('conversation.created', { id: 7 }, about);
  await hub.drain();
  const note = await hub.dispatch('conversation.noted', { id: 7 }, about);
  http.replyWith(204, 410);
  const closing = await hub.dispatch('conversation.closed', { id: 7 }, about);
  const others = { account: 43, subject: CONVERSATION };
  const foreign = await hub.dispatch('conversation.created', { id: 7 }, others);
  await hub.dispatch('conversation.created', { id: 8 }, { account: 42, subject: { ...CONVERSATION, id: 8 } });
  await hub.dispatch('conversation.created', { id: 9 }, { account: 42 });
  await hub.drain();
  return { ...world, opening, note, closing, foreign, all: all.webhook.id, closed: closed.webhook.id };
}

describe('hub.events.of', () => {
  it('answers all that happened to a record, newest first, with all that it owed', async () => {
    const { hub, opening, note, closing, foreign, all, closed } = await aHistory();
    const history = await hub.events.of(CONVERSATION);
    expect(history.map(({ event }) => event)).to.deep.equal([foreign, closing, note, opening]);
    const webhooksOf = history.map(({ deliveries }) => deliveries.map(({ webhookId }) => webhookId));
    expect(webhooksOf.map(({ length }) => length)).to.deep.equal([1, 2, 0, 1]);
    expect(webhooksOf[1]).to.have.members([all, closed]);
    expect(history[1]?.deliveries.map(({ state }) => state)).to.have.members(['delivered', 'exhausted']);
    const [opened] = await hub.deliveries.list({ eventId: opening.id });
    expect(history[3]?.deliveries).to.deep.equal([opened]);
  });

  it('takes a row that tells of its subject, and an id in either way of writing', async () => {
    const { hub } = await aHistory();
    const asked = await hub.events.of(CONVERSATION);
    const row = { id: 'something else', [SUBJECT]: CONVERSATION };
    expect(await hub.events.of(row)).to.deep.equal(asked);
    expect(await hub.events.of({ type: 'Conversation', id: '7' })).to.deep.equal(asked);
  });

  it('goes page by page', async () => {
    const { hub, opening, note, closing, foreign } = await aHistory();
    const page = async (before?: string) => {
      const found = await hub.events.of(CONVERSATION, { limit: 2, ...(before !== undefined && { before }) });
      return found.map(({ event, deliveries }) => [event.id, deliveries.length]);
    };
    expect(await page()).to.deep.equal([
      [foreign.id, 1],
      [closing.id, 2],
    ]);
    expect(await page(closing.id)).to.deep.equal([
      [note.id, 0],
      [opening.id, 1],
    ]);
    expect(await page(opening.id)).to.deep.equal([]);
  });

  it('filters by type and visibility', async () => {
    const { hub, note, opening, foreign } = await aHistory();
    const ids = async (options: object) =>
      (await hub.events.of(CONVERSATION, options)).map(({ event }) => event.id);
    expect(await ids({ type: 'conversation.created' })).to.deep.equal([foreign.id, opening.id]);
    expect(await ids({ visibility: 'internal' })).to.deep.equal([note.id]);
  });

  it('shows an account neither events nor deliveries of another', async () => {
    const { hub, opening, note, closing, foreign } = await aHistory();
    const of = async (accountId: number | null) => hub.events.of(CONVERSATION, { accountId });
    expect((await of(42)).map(({ event }) => event.id)).to.deep.equal([closing.id, note.id, opening.id]);
    expect((await of(43)).map(({ event }) => event.id)).to.deep.equal([foreign.id]);
    expect(await of(null)).to.deep.equal([]);
    for (const accountId of [42, 43]) {
      const owed = (await of(accountId)).flatMap(({ deliveries }) => deliveries);
      expect(new Set(owed.map((delivery) => delivery.accountId))).to.deep.equal(new Set([String(accountId)]));
    }
  });

  it('answers nothing of a record that nothing happened to', async () => {
    const { hub } = await aHistory();
    expect(await hub.events.of({ type: 'Conversation', id: 404 })).to.deep.equal([]);
  });

  for (const wrong of [
    undefined,
    null,
    'conversation',
    7,
    {},
    { type: 'Conversation' },
    { type: '', id: 7 },
    { type: 'Conversation', id: '' },
    { type: 'Conversation', id: Number.NaN },
    { id: 7, [SUBJECT]: { type: 'Conversation' } },
  ]) {
    it(`refuses ${JSON.stringify(wrong)}${wrong instanceof Object && SUBJECT in wrong ? ' of a row without a key' : ''}`, async () => {
      const { hub } = buildHub({ events });
      const error = await expectError('VALIDATION_FAILED', () => hub.events.of(wrong as unknown as Subject));
      expect(Object.keys(error.details.fields as object)).to.have.length(1);
    });
  }

  it('refuses a page that is too large, and a hub that is closed', async () => {
    const { hub } = buildHub({ events });
    await expectError('VALIDATION_FAILED', () => hub.events.of(CONVERSATION, { limit: 251 }));
    await hub.close();
    await expectError('HUB_CLOSED', () => hub.events.of(CONVERSATION));
  });
});
