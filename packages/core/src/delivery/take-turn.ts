import { groupCalls } from '../batching/group-calls.js';
import type { Clock } from '../ports/clock.js';
import type { DeliveryStore, TurnRequest } from '../ports/store.js';
import type { RateLimit } from './webhook-settings.js';

const MAX_TURNS = 200;

interface Asking {
  readonly webhookId: string;
  readonly rate: RateLimit;
}

/** Answers when the next attempt of a webhook with a rate limit may be made. */
export type TurnTaker = (asking: Asking) => Promise<number>;

/** Takes turns from the store, so that they hold for all processes; many at once share one call. */
export function turnTaker(store: Pick<DeliveryStore, 'reserveTurns'>, clock: Clock): TurnTaker {
  return groupCalls((askings) => reserveAll(store, clock.now(), askings), { maxItems: MAX_TURNS });
}

async function reserveAll(
  store: Pick<DeliveryStore, 'reserveTurns'>,
  now: number,
  askings: readonly Asking[],
): Promise<readonly number[]> {
  const requests = new Map<string, TurnRequest>();
  for (const asking of askings) {
    const turns = (requests.get(asking.webhookId)?.turns ?? 0) + 1;
    requests.set(asking.webhookId, { ...asking, turns });
  }
  const firsts = await store.reserveTurns([...requests.values()], now);
  const nextAt = new Map([...requests.keys()].map((webhookId, index) => [webhookId, firsts[index] ?? now]));
  return askings.map(({ webhookId, rate }) => {
    const turnAt = nextAt.get(webhookId) ?? now;
    nextAt.set(webhookId, turnAt + rate.perMs / rate.count);
    return Math.ceil(turnAt);
  });
}
