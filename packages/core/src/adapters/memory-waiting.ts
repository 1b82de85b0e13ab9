import type { ClaimedEvent } from '../ports/store.js';
import { DueIds, take } from './memory-due.js';

interface Wait {
  /** Of an event that is to be fanned out later: not before this instant. */
  readonly dueAt: number;
  readonly leasedUntil: number;
  readonly isHeard: boolean;
}

/** The events that were not fanned out, and whose they are. */
export class WaitingEvents {
  readonly #waits = new Map<string, Wait>();
  readonly #free = new DueIds();

  has(id: string): boolean {
    return this.#waits.has(id);
  }

  isFree(id: string, now: number): boolean {
    const wait = this.#waits.get(id);
    return wait !== undefined && wait.leasedUntil <= now;
  }

  /** Those that are to be fanned out by now. */
  ids(now: number): readonly string[] {
    return [...this.#waits].filter(([, { dueAt }]) => dueAt <= now).map(([id]) => id);
  }

  isHeard(id: string): boolean {
    return this.#waits.get(id)?.isHeard ?? false;
  }

  add(id: string, leasedUntil: number, dueAt: number): void {
    this.#set(id, { leasedUntil: Math.max(leasedUntil, dueAt), dueAt, isHeard: false });
  }

  /** Ids that nobody leases, the oldest first. */
  free(now: number, limit: number): readonly string[] {
    return take(this.#free.due(now), limit);
  }

  /** Passes over those that do not wait. */
  lease(ids: readonly string[], leasedUntil: number): void {
    for (const id of ids) this.#change(id, (wait) => ({ ...wait, leasedUntil }));
  }

  /** Passes over those that do not wait. */
  release(ids: readonly string[], { isHeard }: Pick<ClaimedEvent, 'isHeard'>): void {
    for (const id of ids)
      this.#change(id, (wait) => ({
        ...wait,
        leasedUntil: wait.dueAt,
        isHeard: wait.isHeard || isHeard,
      }));
  }

  delete(id: string): void {
    const wait = this.#waits.get(id);
    if (wait === undefined) return;
    this.#waits.delete(id);
    this.#free.delete(id, wait.leasedUntil);
  }

  #change(id: string, change: (wait: Wait) => Wait): void {
    const wait = this.#waits.get(id);
    if (wait === undefined) return;
    this.#free.delete(id, wait.leasedUntil);
    this.#set(id, change(wait));
  }

  #set(id: string, wait: Wait): void {
    this.#waits.set(id, wait);
    this.#free.add(id, wait.leasedUntil);
  }
}
