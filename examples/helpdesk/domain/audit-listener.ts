import { type EventOf, Listener } from '@hookline/core';
import type { events } from './events.ts';

/** A listener of the app's own: one method per event, named after it. */
export class AuditListener extends Listener<typeof events> {
  readonly entries: string[] = [];

  conversationStatusChanged(event: EventOf<typeof events, 'conversation.status_changed'>): void {
    const { previous, current } = event.changes?.status ?? {};
    this.entries.push(`conversation ${event.data.conversation.id}: ${previous} -> ${current}`);
  }
}
