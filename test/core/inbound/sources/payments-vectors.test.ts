import type { AnySource } from '@hookline/core';
import * as sources from '@hookline/core/sources';
import { expect } from 'chai';
import { readVectors, type Vector } from '../../../support/read-vectors.js';
import { verifyVector } from '../../../support/verify-vector.js';

/** How many entries each file has: a vector that is lost must not look like one that passes. */
const FILES: Readonly<Record<string, { count: number; toSource: (vector: Vector) => AnySource }>> = {
  adyen: {
    count: 9,
    toSource: ({ secret, mode }) =>
      mode === 'platform' ? sources.adyenPlatform({ secret }) : sources.adyen({ secret }),
  },
  braintree: {
    count: 7,
    toSource: ({ secret, publicKey = '' }) => sources.braintree({ secret, publicKey }),
  },
  'checkout-com': { count: 4, toSource: ({ secret }) => sources.checkoutCom({ secret }) },
  'coinbase-commerce': { count: 4, toSource: ({ secret }) => sources.coinbaseCommerce({ secret }) },
  easypost: { count: 4, toSource: ({ secret }) => sources.easypost({ secret }) },
  'hook0-coinbase-cdp': {
    count: 9,
    toSource: ({ secret, tolerance = 300 }) => sources.coinbaseCdp({ secret, toleranceS: tolerance }),
  },
  lemonsqueezy: { count: 4, toSource: ({ secret }) => sources.lemonSqueezy({ secret }) },
  'modern-treasury': { count: 6, toSource: ({ secret }) => sources.modernTreasury({ secret }) },
  openai: { count: 6, toSource: ({ secret }) => sources.openai({ secret }) },
  paddle: { count: 10, toSource: ({ secret }) => sources.paddle({ secret }) },
  paypal: {
    count: 6,
    toSource: ({ secret, certificate = '' }) =>
      sources.paypal({ webhookId: secret, fetchText: async () => certificate }),
  },
  quickbooks: { count: 4, toSource: ({ secret }) => sources.quickbooks({ secret }) },
  replicate: { count: 1, toSource: ({ secret }) => sources.replicate({ secret }) },
  shopify: { count: 7, toSource: ({ secret }) => sources.shopify({ secret }) },
  svix: { count: 17, toSource: ({ secret }) => sources.svix({ secret }) },
  woocommerce: { count: 4, toSource: ({ secret }) => sources.woocommerce({ secret }) },
  xero: { count: 4, toSource: ({ secret }) => sources.xero({ secret }) },
};

for (const [file, { count, toSource }] of Object.entries(FILES)) {
  describe(`vectors of ${file}`, () => {
    const all = readVectors(file);
    const requests = all.filter(({ kind }) => kind !== 'challenge');

    it(`are ${count}`, () => expect(all).to.have.length(count));

    for (const vector of requests) {
      it(`${vector.expect}: ${vector.name} (${vector.why})`, async () => {
        expect(await verifyVector(toSource(vector), vector)).to.equal(vector.expect);
      });
    }

    for (const vector of all.filter(({ kind }) => kind === 'challenge')) {
      it(`${vector.name} is answered as its sender expects`, async () => {
        const answer = await toSource(vector).handshake(vector);
        expect(answer).to.deep.include({ status: 200, body: vector.response });
      });
    }
  });
}
