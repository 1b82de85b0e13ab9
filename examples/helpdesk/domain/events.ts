import { defineEvents, payload } from '@hookline/core';

export interface ContactView {
  readonly id: number;
  readonly name: string;
  readonly email: string;
}

export interface ConversationView {
  readonly id: number;
  readonly contactId: number;
  readonly status: 'open' | 'resolved';
  readonly assignee: string | null;
}

export interface MessageView {
  readonly id: number;
  readonly conversationId: number;
  readonly author: string;
  readonly text: string;
}

/** What happens in a helpdesk, and what each event carries. */
export const events = defineEvents({
  'contact.created': payload<{ contact: ContactView }>(),
  'conversation.created': payload<{ conversation: ConversationView }>(),
  'conversation.updated': payload<{ conversation: ConversationView }>(),
  'conversation.status_changed': payload<{ conversation: ConversationView }>(),
  'conversation.assigned': payload<{ conversation: ConversationView }>(),
  'message.created': payload<{ message: MessageView }>(),
  /** What GitHub sends us. Internal: no customer can subscribe to it. */
  'github.*': payload<{ readonly repository?: { readonly full_name: string } }>({ visibility: 'internal' }),
});
