import type { Store, WebhookRecord } from '@hookline/core';
import { fanOut, makeDelivery, makeEvent } from './records.js';
import { aWebhook } from './webhook.js';

const WEBHOOKS = 10;
const EVENTS_AT_ONCE = 200;
const ACCOUNT = '1';

/** Stores so many deliveries that are all due, to ten webhooks of one account. */
export async function makeDue(store: Store, url: string, count: number): Promise<void> {
  const webhooks: WebhookRecord[] = [];
  for (let k = 0; k < WEBHOOKS; k++) webhooks.push(aWebhook(`${url}/${k}`, ACCOUNT));
  for (const webhook of webhooks) await store.webhooks.insert(webhook);
  for (let made = 0; made < count / WEBHOOKS; made += EVENTS_AT_ONCE) {
    const numbers = Array.from(
      { length: Math.min(EVENTS_AT_ONCE, count / WEBHOOKS - made) },
      (_, k) => made + k,
    );
    const events = numbers.map((number) => ({ ...makeEvent(number), accountId: ACCOUNT }));
    const deliveries = events.flatMap((event) => webhooks.map(({ id }) => makeDelivery(event, id)));
    await store.events.insert(events);
    await fanOut(store, events, deliveries);
  }
}
