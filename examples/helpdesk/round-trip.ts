import assert from 'node:assert/strict';
import type { Event } from '@hookline/core';
import { Account, Contact, Conversation, Message } from './domain/models.ts';
import type { Helpdesk } from './play-story.ts';
import { printRow, printTitle, shortId } from './print.ts';
import { proveInbound } from './prove-inbound.ts';
import type { Receiver } from './receiver.ts';

export interface World extends Helpdesk {
  readonly url: string;
  readonly receiver: Receiver;
}

const EXPECTED = [
  'contact.created',
  'conversation.created',
  'message.created',
  'conversation.updated',
  'conversation.status_changed',
];

/** Both ways, once: saved models reach a customer's server, a signed request becomes an event. Throws where they do not. */
export async function makeRoundTrip(world: World): Promise<number> {
  const account = await Account.create({ name: 'Acme' });
  await registerWebhook(world, account);
  const conversation = await saveModels(account);
  await proveDeliveries(world, account);
  await proveRollback(world, conversation);
  await proveInbound(world.hub, world.url);
  console.log('\nRound trip proven.');
  return conversation.id;
}

async function registerWebhook({ hub, receiver }: World, account: Account): Promise<void> {
  const { webhook, secret } = await hub.webhooks.create({
    accountId: account.id,
    url: receiver.url,
    subscriptions: ['contact.*', 'conversation.*', 'message.created'],
  });
  receiver.trust(secret);
  printTitle('A customer registers a webhook');
  printRow(shortId(webhook.id), `${webhook.subscriptions.join(' ')} to ${webhook.url}`);
}

async function saveModels({ id: accountId }: Account): Promise<Conversation> {
  const contact = await Contact.create({ accountId, name: 'Ada', email: 'ada@example.com' });
  const conversation = await Conversation.create({ accountId, contactId: contact.id });
  await Message.create({
    accountId,
    conversationId: conversation.id,
    author: 'Ada',
    text: 'My invoice is wrong.',
  });
  await conversation.update({ status: 'resolved' });
  return conversation;
}

async function proveDeliveries(world: World, account: Account): Promise<void> {
  await world.hub.drain();
  const events = (await world.hub.events.list({ accountId: account.id })).toReversed();
  assert.deepEqual(
    events.map(({ type }) => type).toSorted(),
    EXPECTED.toSorted(),
    'the saved models gave other events',
  );
  printTitle('Saved models become events, and these are delivered');
  printRow('event', 'id', 'delivery', 'attempt', 'at the receiver');
  for (const event of events) await proveDelivery(world, event);
  assert.equal(world.audit.entries.length, 1, 'the listener did not hear of the new status');
  printRow('AuditListener', `heard of ${world.audit.entries[0]}`);
}

/** event, delivery, attempt, receipt: one line. */
async function proveDelivery({ hub, store, receiver }: World, event: Event): Promise<void> {
  const [delivery] = await hub.deliveries.list({ eventId: event.id });
  assert(delivery, `${event.type} has no delivery`);
  const [attempt] = await hub.deliveries.attempts(delivery.id);
  assert.equal(delivery.state, 'delivered', `${event.type}: ${attempt?.failureMessage ?? delivery.reason}`);
  const receipt = receiver.receipts.find(({ eventId }) => eventId === event.id);
  assert(attempt && receipt, `${event.type}: the receiver has no verified request with the id of the event`);
  const stored = await store.events.get(event.id, {});
  assert.equal(
    receipt.body.toString(),
    stored?.payload,
    `${event.type}: other bytes arrived than are stored`,
  );
  printRow(
    event.type,
    shortId(event.id),
    delivery.state,
    `#${attempt.number} ${attempt.responseStatus} in ${attempt.durationMs} ms`,
    `verified, ${receipt.body.length} bytes as stored`,
  );
}

async function proveRollback({ hub, sequelize }: World, { id, accountId }: Conversation): Promise<void> {
  const before = await hub.events.list({ accountId });
  const changedOurMind = new Error('changed our mind');
  const work = sequelize.transaction(async (transaction) => {
    await Message.create(
      { accountId, conversationId: id, author: 'Ada', text: 'Never mind.' },
      { transaction },
    );
    throw changedOurMind;
  });
  await assert.rejects(work, changedOurMind);
  await hub.drain();
  assert.equal(
    (await hub.events.list({ accountId })).length,
    before.length,
    'a rolled-back message left an event',
  );
  printRow('message.created', 'rolled back: no event, no delivery');
}
