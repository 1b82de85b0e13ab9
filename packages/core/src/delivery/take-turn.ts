import { groupCalls } from '../batching/group-calls.js';
import type { Clock } from '../ports/clock.js';
import type { DeliveryStore } from '../ports/store.js';
import type { RateLimit } from './webhook-settings.js';

const MAX_TURNS = 200;

interface Asking {
  readonly webhookId: string;
  readonly rate: RateLimit;
}

/** Answers when the next attempt of a webhook with a rate limit may be made. */
export type TurnTaker = (asking: Asking) => Promise<number>;

/** Takes turns from the store, so that they hold for all processes; many at once share one call per webhook. */
export function turnTaker(store: Pick<DeliveryStore, 'reserveTurns'>, clock: Clock): TurnTaker {
  return groupCalls((askings) => reserveAll(store, clock.now(), askings), { maxItems: MAX_TURNS });
}

async function reserveAll(
  store: Pick<DeliveryStore, 'reserveTurns'>,
  now: number,
  askings: readonly Asking[],
): Promise<readonly number[]> {
  const rates = new Map(askings.map(({ webhookId, rate }) => [webhookId, rate]));
  const nextAt = new Map<string, number>();
  for (const [webhookId, rate] of rates) {
    const turns = askings.filter((asking) => asking.webhookId === webhookId).length;
    nextAt.set(webhookId, await store.reserveTurns(webhookId, turns, rate, now));
  }
  return askings.map(({ webhookId, rate }) => {
    const turnAt = nextAt.get(webhookId) ?? now;
    nextAt.set(webhookId, turnAt + rate.perMs / rate.count);
    return Math.ceil(turnAt);
  });
}
