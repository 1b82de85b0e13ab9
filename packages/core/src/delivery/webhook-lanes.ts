import type { Clock } from '../ports/clock.js';
import type { CircuitPolicy } from './circuit.js';
import type { WebhookRecord } from './webhook.js';
import { Average, type LaneWorld, WebhookLane } from './webhook-lane.js';

/** Beyond these, lanes of webhooks that have nothing under way are forgotten. */
const MAX_LANES = 10_000;
/** How much the newest attempt of all says of how long they usually take. */
const ALL_SHARE = 0.05;

export interface LanesDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly circuit: CircuitPolicy;
}

interface Known {
  readonly lane: WebhookLane;
  readonly url: string;
  readonly cap: number;
}

/** The lanes of the webhooks that this process makes attempts to. */
export class WebhookLanes {
  readonly #known = new Map<string, Known>();
  readonly #world: LaneWorld;
  readonly #maxCap: number;

  /** @param maxCap how many attempts a lane has at once at most, where its webhook says nothing of it */
  constructor({ clock, random, circuit }: LanesDeps, maxCap: number) {
    this.#world = { circuit, random, now: () => clock.now(), usual: new Average(ALL_SHARE) };
    this.#maxCap = maxCap;
  }

  /** With another URL it is another receiver, of which nothing is known. */
  of({ id, accountId, url, settings }: WebhookRecord): WebhookLane {
    const cap = Math.min(settings.concurrency ?? this.#maxCap, this.#maxCap);
    const known = this.#known.get(id);
    if (known?.url === url && known.cap === cap) return known.lane;
    const lane = new WebhookLane(id, accountId ?? '', cap, this.#world);
    if (this.#known.size >= MAX_LANES) this.#forget();
    this.#known.set(id, { lane, url, cap });
    return lane;
  }

  #forget(): void {
    for (const [id, { lane }] of this.#known) if (lane.isForgettable) this.#known.delete(id);
  }
}
