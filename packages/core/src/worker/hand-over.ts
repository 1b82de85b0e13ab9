import { withoutContext } from '../context/context.js';
import type { Job, Queue } from '../ports/queue.js';
import type { Roles } from '../roles.js';
import type { Waker } from './waker.js';

/** Tells a worker of work that is stored. Returns at once and never throws: the store has it, whoever is told. */
export type HandOver = (jobs: readonly Job[], delayMs?: number) => void;

export interface HandOverDeps {
  readonly queue: Queue;
  readonly roles: Roles;
  readonly waker: Waker;
}

/** Through the queue where that reaches a worker; otherwise workers are woken, and take it from the store. */
export function handOverBy({ queue, roles, waker }: HandOverDeps): HandOver {
  const offer = async (jobs: readonly Job[], delayMs: number): Promise<void> => {
    try {
      await queue.enqueue(jobs, delayMs);
    } catch {
      if (delayMs === 0) waker.wakeWorkers();
    }
  };
  return (jobs, delayMs = 0) => {
    if (jobs.length === 0) return;
    if (queue.isShared || roles.has('worker')) {
      // it may open the queue, or begin the work right here
      withoutContext(() => void offer(jobs, Math.max(0, delayMs)));
    } else if (delayMs <= 0) waker.wakeWorkers();
  };
}
