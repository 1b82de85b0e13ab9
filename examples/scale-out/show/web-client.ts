import assert from 'node:assert/strict';

/** What the customers of the app, and its staff, do through the web process. */
export interface WebClient {
  postMessages(count: number): Promise<void>;
  createWebhook(url: string): Promise<{ readonly id: string; readonly secret: string }>;
  moveWebhook(id: string, url: string): Promise<void>;
  /** How many deliveries are in this state. */
  countDeliveries(state: string): Promise<number>;
}

export function webClient(url: string, adminToken: string): WebClient {
  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert(response.ok, `${method} ${path} was answered with ${response.status}: ${text}`);
    return JSON.parse(text);
  };
  const webhooks = '/hooks/admin/webhooks';
  return {
    postMessages: async (count) => {
      const texts = Array.from({ length: count }, (_, index) => `message ${index + 1}`);
      await Promise.all(texts.map((text) => send('POST', '/messages', { text })));
    },
    createWebhook: async (to) => {
      const body = { url: to, subscriptions: ['message.*'] };
      return (await send('POST', webhooks, body)) as { readonly id: string; readonly secret: string };
    },
    moveWebhook: async (id, to) => {
      await send('PATCH', `${webhooks}/${id}`, { url: to });
    },
    countDeliveries: async (state) => {
      const page = await send('GET', `/hooks/admin/deliveries?state=${state}&limit=100`);
      return (page as { readonly data: readonly unknown[] }).data.length;
    },
  };
}
