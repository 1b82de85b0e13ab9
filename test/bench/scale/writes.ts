import type { ClaimedDelivery, ClaimRequest, PruneRequest, Store } from '@hookline/core';
import { newId, ulidTime } from './new-id.js';
import { fanOut, makeDeliveries, makeEvent, makeResult } from './records.js';

export const EVENTS_EACH = 100;
export const DELIVERIES_EACH = 100;
export const PRUNED_EACH = 1_000;
const LEASE_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** Measures one call: notes how long it took, under this name. */
export type Measure = <Value>(name: string, call: () => Promise<Value>) => Promise<Value>;

/** What happens to a batch of events until all they owe is delivered, claimed in both of the ways there are. */
export async function deliverBatch(store: Store, measure: Measure, firstNumber: number): Promise<void> {
  const events = Array.from({ length: EVENTS_EACH }, (_, index) => makeEvent(firstNumber + index));
  const deliveries = events.flatMap(makeDeliveries);
  await measure('insert 100 events', () => store.events.insert(events));
  await measure('fan out to 200 deliveries', () => fanOut(store, events, deliveries));
  const ids = deliveries.slice(0, DELIVERIES_EACH).map(({ id }) => id);
  const byId = aClaim({ ids });
  await settleAll(store, measure, byId, await measure('claim 100 by id', () => store.deliveries.claim(byId)));
  const due = aClaim({});
  await settleAll(store, measure, due, await measure('claim 100 due', () => store.deliveries.claim(due)));
}

async function settleAll(
  store: Store,
  measure: Measure,
  { lease }: ClaimRequest,
  claimed: readonly ClaimedDelivery[],
): Promise<void> {
  if (claimed.length !== DELIVERIES_EACH) throw new Error(`Claimed ${claimed.length} deliveries.`);
  const results = claimed.map((each) => makeResult(each, lease, 'delivered'));
  await measure('settle 100 deliveries', () => store.deliveries.settle(results));
}

function aClaim(only: Pick<ClaimRequest, 'ids'>): ClaimRequest {
  return { ...only, limit: DELIVERIES_EACH, now: Date.now(), leaseMs: LEASE_MS, lease: newId('lse') };
}

/** Removes the oldest, batch by batch as retention does: what is delivered by now counts as old, what is exhausted stays. */
export class Pruning {
  readonly #store: Store;
  readonly #measure: Measure;
  readonly #after = { deliveries: '', events: '' };

  constructor(store: Store, measure: Measure) {
    this.#store = store;
    this.#measure = measure;
  }

  async prune(kind: 'deliveries' | 'events', limit: number): Promise<void> {
    const request: PruneRequest = {
      kind,
      limit,
      after: this.#after[kind],
      until: ulidTime(kind === 'deliveries' ? 'dlv' : 'evt', Date.now() + DAY_MS),
      endedBefore: Date.now(),
      exhaustedBefore: 0,
    };
    const { removed, next } = await this.#measure(`prune ${limit} ${kind}`, () => this.#store.prune(request));
    if (removed < limit / 2) throw new Error(`Pruned ${removed} of ${limit} ${kind}.`);
    this.#after[kind] = next ?? '';
  }
}
