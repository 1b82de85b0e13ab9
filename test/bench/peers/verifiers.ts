import { verify } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import type { Verifier, VerifierKind } from '../programs/inbound-messages.js';

/** As their documentation has it, from the bytes of a body to its event. */
export const PEER_VERIFIERS: Readonly<
  Record<Extract<VerifierKind, `npm ${string}`>, (secret: string) => Verifier>
> = {
  'npm stripe': (secret) => {
    const { webhooks } = new Stripe('sk_test_1');
    return ({ headers, body }) => webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret);
  },
  'npm standardwebhooks': (secret) => {
    const webhook = new Webhook(secret);
    return ({ headers, body }) => webhook.verify(body, headers);
  },
  'npm @octokit/webhooks-methods': (secret) => async (request) => {
    const text = request.body.toString();
    if (await verify(secret, text, request.headers['x-hub-signature-256'] ?? '')) return JSON.parse(text);
    throw new Error('it is forged');
  },
};
