import { removeRow } from './memory-retention.js';
import type { Tables } from './memory-store.js';

/** With one event more, two are looked at: one that is still owed stays, and what is too much goes all the same. */
const LOOKS = 2;

/** The events that were fanned out, in that order. Of more than `limit` the oldest are forgotten that owe nothing. */
export class EventHistory {
  readonly #tables: Tables;
  readonly #limit: number;
  #ids: string[] = [];
  #first = 0;

  constructor(tables: Tables, limit: number) {
    this.#tables = tables;
    this.#limit = limit;
  }

  add(eventId: string): void {
    this.#ids.push(eventId);
    for (let looks = 0; looks < LOOKS && this.#ids.length - this.#first > this.#limit; looks++)
      this.#lookAtOldest();
  }

  #lookAtOldest(): void {
    const id = this.#ids[this.#first++] ?? '';
    if (this.#first > this.#limit) {
      this.#ids = this.#ids.slice(this.#first);
      this.#first = 0;
    }
    if (this.#isOwed(id)) this.#ids.push(id);
    else forgetEvent(this.#tables, id);
  }

  #isOwed(id: string): boolean {
    const { parts, deliveries, runs } = this.#tables;
    const isOpen = (part: string) => (deliveries.dueAt(part) ?? runs.dueAt(part)) !== null;
    return parts.get(id)?.some((part) => isOpen(part.id)) ?? false;
  }
}

function forgetEvent(tables: Tables, id: string): void {
  for (const part of tables.parts.get(id) ?? []) removeRow(tables, part.kind, part.id);
  removeRow(tables, 'events', id);
}
