import { inLanes } from '../programs/in-lanes.js';
import type { Sender, SenderConfig } from '../programs/messages.js';
import { eventOf } from './event-of.js';
import { Poster } from './poster.js';

/** The limit: what an app pays that makes its events, signs and posts them, and keeps nothing of it. */
export async function bareUndici({ receiverUrl, webhooks, concurrency }: SenderConfig): Promise<Sender> {
  const poster = new Poster(receiverUrl, webhooks, concurrency);
  let event = eventOf(0);
  const post = (index: number) => {
    const webhook = index % webhooks;
    if (webhook === 0) event = eventOf(index / webhooks);
    return poster.post(webhook + 1, event.id, event.payload);
  };
  return {
    dispatch: (events) => inLanes(events * webhooks, concurrency, post),
    settle: async () => {},
    close: () => poster.close(),
  };
}
