import { expect } from 'chai';
import { github } from '../../../packages/core/src/inbound/sources/github.js';
import { standardWebhooks } from '../../../packages/core/src/inbound/sources/standard-webhooks.js';
import { stripe } from '../../../packages/core/src/inbound/sources/stripe.js';
import { generateSecret } from '../../../packages/core/src/signing/secret.js';
import { signedRequest } from '../../../packages/core/src/testing/sign-request.js';

const secret = generateSecret();
const body = { id: 'evt_1', type: 'order.paid' };

describe('signedRequest', () => {
  it('makes requests that the sources accept now, without being told more than it must', () => {
    const requests = [
      [github({ secret }), signedRequest.github({ event: 'order', body, secret })],
      [stripe({ secret }), signedRequest.stripe({ body, secret })],
      [standardWebhooks({ secret }), signedRequest.standardWebhooks({ body, secret })],
    ] as const;
    for (const [source, request] of requests) {
      expect(source.verify({ method: 'POST', url: '/', ...request }).data).to.deep.equal(body);
    }
  });

  it('gives each request an id of its own', () => {
    const idOf = () => signedRequest.github({ event: 'order', body, secret }).headers['x-github-delivery'];
    expect(idOf()).not.to.equal(idOf());
  });

  it('sends text and bytes as they are', () => {
    expect(signedRequest.stripe({ body: '{ }', secret }).body.toString()).to.equal('{ }');
    expect(signedRequest.stripe({ body: Uint8Array.of(0xff), secret }).body).to.deep.equal(
      Buffer.from([0xff]),
    );
  });
});
