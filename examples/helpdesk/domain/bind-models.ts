import type { Hub } from '@hookline/core';
import { bindModel, changed } from '@hookline/sequelize';
import type { events } from './events.ts';
import { Contact, Conversation, Message } from './models.ts';

/** From here on a saved model is an event, in the same transaction. */
export function bindModels(hub: Hub<typeof events>): void {
  bindModel(Contact, hub, {
    created: 'contact.created',
    account: ({ accountId }) => accountId,
    data: ({ id, name, email }) => ({ contact: { id, name, email } }),
  });
  bindModel(Conversation, hub, {
    created: 'conversation.created',
    updated: 'conversation.updated',
    when: {
      'conversation.status_changed': changed('status'),
      'conversation.assigned': changed('assignee'),
    },
    account: ({ accountId }) => accountId,
    data: ({ id, contactId, status, assignee }) => ({
      conversation: { id, contactId, status, assignee: assignee ?? null },
    }),
  });
  bindModel(Message, hub, {
    created: 'message.created',
    account: ({ accountId }) => accountId,
    data: ({ id, conversationId, author, text }) => ({ message: { id, conversationId, author, text } }),
  });
}
