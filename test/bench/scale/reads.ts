import type { Store } from '@hookline/core';
import { EVENT_TYPES, eventTypeName, SPAN_MS, webhookIdOf } from './catalogue.js';
import { ulidTime } from './new-id.js';

/** A page as the admin API has it by default would be more than the smaller accounts have at the smallest size. */
const PAGE = { limit: 20 };
/** The largest: they have a full page at every size. */
const LARGE_ACCOUNTS = 8;
/** Nothing from the edges, so that a page from the middle is full, too. */
const MIDDLE = { from: 0.2, to: 0.8 };

export type Read = () => Promise<readonly unknown[]>;

/** What the admin API asks of the store: each call of one asks for another page, account, webhook or type. */
export function readsOf(store: Store): Readonly<Record<string, Read>> {
  const { deliveries, events } = store;
  const turn = counter();
  const account = () => turn() % LARGE_ACCOUNTS;
  const type = () => eventTypeName(turn() % EVENT_TYPES);
  return {
    'list deliveries': () => deliveries.list(PAGE),
    'list from the middle': () => deliveries.list({ ...PAGE, before: middleOf('dlv', turn()) }),
    'list of an account': () => deliveries.list({ ...PAGE, accountId: String(account()) }),
    'list of a webhook': () => deliveries.list({ ...PAGE, webhookId: webhookIdOf(account(), turn() % 2) }),
    'list of a type': () => deliveries.list({ ...PAGE, eventType: type() }),
    'list exhausted': () => deliveries.list({ ...PAGE, state: 'exhausted' }),
    'list retrying': () => deliveries.list({ ...PAGE, state: 'retrying' }),
    'list events': () => events.list(PAGE),
    'list events of an account': () => events.list({ ...PAGE, accountId: String(account()) }),
    'list events of a type': () => events.list({ ...PAGE, type: type() }),
  };
}

function counter(): () => number {
  let count = 0;
  return () => count++;
}

/** An id made at an instant that jumps about in the time of which something is stored. */
function middleOf(prefix: string, turn: number): string {
  const share = MIDDLE.from + (MIDDLE.to - MIDDLE.from) * ((turn * 0.618_034) % 1);
  return ulidTime(prefix, Math.floor(Date.now() - SPAN_MS * (1 - share)));
}
