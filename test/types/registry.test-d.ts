import type { AnyHub, ListenerContext } from '@hookline/core';
import { createHub, defineEvents, type EventOf, Listener, type NewEventOf, payload } from '@hookline/core';
import { z } from 'zod';

const events = defineEvents({
  'conversation.created': payload<{ id: number }>(),
  'conversation.status_changed': payload<{ id: number; status: string }>({ visibility: 'internal' }),
  'message.created': z.object({ id: z.number(), text: z.string().default('') }),
  'github.*': payload<{ action?: string }>(),
});
const hub = createHub({ events });

await hub.dispatch('conversation.created', { id: 1 });
await hub.dispatch('message.created', { id: 1 });
await hub.dispatch('github.push', {});
// @ts-expect-error a name that is not declared
await hub.dispatch('conversation.creatd', { id: 1 });
// @ts-expect-error a payload of the wrong type
await hub.dispatch('conversation.created', { id: '1' });

await hub.dispatchAll([
  { type: 'conversation.created', data: { id: 1 }, account: 42, subject: { type: 'Conversation', id: 1 } },
  { type: 'message.created', data: { id: 1 } },
  { type: 'github.push', data: { action: 'opened' } },
]);
// @ts-expect-error a name that is not declared
await hub.dispatchAll([{ type: 'conversation.creatd', data: { id: 1 } }]);
// @ts-expect-error a payload of the wrong type
await hub.dispatchAll([{ type: 'conversation.created', data: { id: '1' } }]);
// @ts-expect-error the payload of another event
await hub.dispatchAll([{ type: 'conversation.status_changed', data: { id: 1, text: 'a' } }]);
// @ts-expect-error a payload that is not there
await hub.dispatchAll([{ type: 'message.created' }]);
// @ts-expect-error of a group that nothing is declared of
await hub.dispatchAll([{ type: 'gitlab.push', data: {} }]);
// @ts-expect-error the transaction is that of all of them
await hub.dispatchAll([{ type: 'message.created', data: { id: 1 }, transaction: {} }]);
const [answered] = await hub.dispatchAll([{ type: 'message.created', data: { id: 1 } }]);
if (answered?.type === 'message.created') answered.data.text.toUpperCase();
// @ts-expect-error which of the events it is must be found out first
answered?.data.text.toUpperCase();
const news: NewEventOf<typeof events>[] = [{ type: 'message.created', data: { id: 1, text: 'a' } }];
// @ts-expect-error a payload of the wrong type
news.push({ type: 'message.created', data: { id: 1, text: 2 } });

hub.on('message.created', (event) => event.data.text.toUpperCase());
hub.on('conversation.*', (event) => {
  if (event.type === 'conversation.status_changed') event.data.status.toUpperCase();
  event.data.id.toFixed();
  // @ts-expect-error no such event in the group
  if (event.type === 'message.created') event.data.id.toFixed();
});
hub.on('github.*', (event) => event.data.action?.toUpperCase());
hub.on('*', (event) => event.type);
// @ts-expect-error a group that no event is in
hub.on('invoice.*', () => {});

interface Ledger {
  write(text: string): void;
}
const transactional = { lane: 'async', name: 'books', transaction: true } as const;
hub.on(
  'message.created',
  (event, { transaction }: ListenerContext<Ledger>) => transaction?.write(event.data.text),
  transactional,
);
hub.on('message.created', (event, context) => [event.data.text, context.transaction], transactional);
hub.on('message.created', (event) => event.data.text, transactional);
hub.on('hookline.webhook.disabled', (event, { transaction }) => [event.data, transaction], transactional);
// @ts-expect-error a listener that asks for no transaction gets none
hub.on('message.created', (_event, context: ListenerContext) => context.transaction, { lane: 'async' });
// @ts-expect-error the sync lane has none
hub.on('message.created', () => {}, { lane: 'sync', name: 'x', transaction: true });

const cues = createHub({
  events: defineEvents({
    'typing.started': payload<{ userId: number }>({ transient: true }),
    'typing.stopped': payload(z.object({ userId: z.number() }), { transient: true, visibility: 'internal' }),
    // @ts-expect-error what is not stored reaches no webhook
    'typing.paused': payload<{ userId: number }>({ transient: true, visibility: 'subscribable' }),
  }),
});
cues.on('typing.started', (event) => event.data.userId.toFixed());
await cues.dispatch('typing.stopped', { userId: 1 });
// @ts-expect-error a payload of the wrong type
await cues.dispatch('typing.started', { userId: '1' });

class Good extends Listener<typeof events> {
  conversationStatusChanged(event: EventOf<typeof events, 'conversation.status_changed'>) {
    return event.data.status;
  }
}
class Books extends Listener<typeof events> {
  override readonly lane = 'async';
  override readonly transaction = true;
  messageCreated(event: EventOf<typeof events, 'message.created'>, { transaction }: ListenerContext<Ledger>) {
    transaction?.write(event.data.text);
  }
}
hub.use(new Books());
class Wrong extends Listener<typeof events> {
  conversationStatusChanged(event: EventOf<typeof events, 'message.created'>) {
    return event.data.text;
  }
}
hub.use(new Good());
// @ts-expect-error the method's event is not the one it is named after
hub.use(new Wrong());
createHub({ events, listeners: [new Good()] });

const any: AnyHub = hub;
await any.dispatch('whatever', 1);
await any.dispatchAll([{ type: 'whatever', data: 1 }]);

const open = createHub();
await open.dispatch('order.paid', { id: 1 });
await open.dispatchAll([{ type: 'order.paid', data: { id: 1 } }]);
// @ts-expect-error every event has data
await open.dispatchAll([{ type: 'order.paid' }]);
open.on('order.*', (event) => event.data);
const openAny: AnyHub = open;
openAny.on('x', () => {});
