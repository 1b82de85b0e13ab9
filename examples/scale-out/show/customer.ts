import type { ServerResponse } from 'node:http';
import { verifyWebhook } from '@hookline/core';
import { type ReceivedRequest, startReceiver } from '@hookline/core/testing';

/** The server of a customer, which may keep requests waiting for their answer. */
export interface Customer {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Leaves the next `count` requests unanswered, until `answer`. */
  hold(count: number): void;
  /** How many of these are still connected, and how many were broken off. */
  held(): { readonly open: number; readonly brokenOff: number };
  /** Answers those that are still connected, and all that come. */
  answer(): void;
  close(): Promise<void>;
}

export async function startCustomer(): Promise<Customer> {
  const receiver = await startReceiver();
  const responses: ServerResponse[] = [];
  const isOpen = (response: ServerResponse) => !response.destroyed && !response.writableEnded;
  let isHolding = false;
  const accept = (response: ServerResponse) => void response.writeHead(204).end();
  const keep = (_: ReceivedRequest, response: ServerResponse) =>
    isHolding ? void responses.push(response) : accept(response);
  return {
    url: receiver.url,
    requests: receiver.requests,
    hold: (count) => {
      isHolding = true;
      receiver.replyWith(...Array.from({ length: count }, () => keep));
    },
    held: () => ({
      open: responses.filter(isOpen).length,
      brokenOff: responses.filter(({ destroyed, writableEnded }) => destroyed && !writableEnded).length,
    }),
    answer: () => {
      isHolding = false;
      responses.filter(isOpen).forEach(accept);
    },
    close: () => receiver.close(),
  };
}

/** The webhook-ids of requests. Throws SIGNATURE_MISMATCH where one is not signed with the secret. */
export function verifiedIds(requests: readonly ReceivedRequest[], secret: string): readonly string[] {
  return requests.map(({ headers, body }) => {
    verifyWebhook({ headers, body, secret });
    return headers['webhook-id'] ?? '';
  });
}
