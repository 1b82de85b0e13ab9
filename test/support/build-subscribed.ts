import type { HubOptions, NewWebhook } from '@hookline/core';
import { buildHub } from './build-hub.js';
import { aReply } from './scripted-http-client.js';

const MINUTE = 60_000;

/** A hub in memory with one webhook for everything; requests whose body has one of the texts in `failing` are answered 500. */
export async function buildSubscribed(parts: Partial<NewWebhook>, options: Omit<HubOptions, 'events'> = {}) {
  const world = buildHub({ retry: [MINUTE, MINUTE], ...options });
  const { hub, http } = world;
  const input = { url: 'https://receiver.example/', subscriptions: ['*'] };
  const { webhook, secret } = await hub.webhooks.create({ ...input, ...parts });
  const state = { failing: new Set<string>() };
  http.send = async (request) => {
    http.sent.push(request);
    const isFailing = [...state.failing].some((text) => String(request.body).includes(text));
    return aReply({ status: isFailing ? 500 : 204 });
  };
  const dispatch = async (id: number, n: number, type = 'order.updated') => {
    await hub.dispatch(type, { n: `n${n}` }, { subject: { type: 'Order', id } });
    await hub.drain();
  };
  const bodies = () => http.sent.map(({ body }) => JSON.parse(String(body)));
  const sent = () => bodies().map(({ data }) => data.n);
  return { ...world, webhook, secret, state, dispatch, bodies, sent };
}
