import { github, standardWebhooks, stripe } from '@hookline/core';
import { expect } from 'chai';
import { generateSecret } from '../../../packages/core/src/signing/secret.js';
import { expectError } from '../../support/expect-error.js';
import { signedRequest } from '../../support/signed-request.js';

const secret = generateSecret();
const now = 1_700_000_000_000;
const body = '{"id":"evt_1","type":"order.paid"}';

describe('sign()', () => {
  it('makes requests that the source accepts now, without being told more than it must', () => {
    for (const source of [github({ secret }), stripe({ secret }), standardWebhooks({ secret })]) {
      expect(source.verify(source.sign({ data: { total: 7 } })).data).to.include({ total: 7 });
      expect(source.verify(source.sign()).data).to.be.an('object');
    }
  });

  it('signs as other code does', () => {
    const id = 'msg_1';
    for (const [ours, theirs] of [
      [
        github({ secret }).sign({ type: 'order', id, body }),
        signedRequest.github({ event: 'order', body, secret, deliveryId: id }),
      ],
      [stripe({ secret }).sign({ body, now }), signedRequest.stripe({ body, secret, now })],
      [
        standardWebhooks({ secret }).sign({ id, body, now }),
        signedRequest.standardWebhooks({ id, body, secret, now }),
      ],
    ] as const) {
      expect(ours.headers).to.deep.include({
        ...theirs.headers,
        'content-type': ours.headers['content-type'],
      });
      expect(ours.body.equals(theirs.body)).to.equal(true);
    }
  });

  it('puts type and id where the sender has them', () => {
    const hub = github({ secret });
    const verified = hub.verify(hub.sign({ type: 'issues.opened', id: 'd-1' }));
    expect(verified).to.include({ id: 'd-1', type: 'issues.opened', senderType: 'issues.opened' });
    const pay = stripe({ secret });
    expect(pay.verify(pay.sign({ type: 'invoice.paid', id: 'evt_9' }))).to.include({
      id: 'evt_9',
      type: 'invoice.paid',
    });
  });

  it('gives each request an id of its own', () => {
    const idOf = () => github({ secret }).sign().headers['x-github-delivery'];
    expect(idOf()).not.to.equal(idOf());
  });

  it('sends text and bytes as they are', () => {
    expect(stripe({ secret }).sign({ body: '{ }' }).body.toString()).to.equal('{ }');
    expect(stripe({ secret }).sign({ body: Uint8Array.of(0xff) }).body).to.deep.equal(Buffer.from([0xff]));
  });

  it('signs with the secret it is given, where the source looks its own up', async () => {
    const tenants = stripe({ secret: async ({ headers }) => (headers['x-tenant'] === '7' ? secret : null) });
    await expectError('SIGN_UNSUPPORTED', () => tenants.sign());
    const request = tenants.sign({ secret, data: { id: 'evt_1' }, headers: { 'X-Tenant': '7' } });
    expect(await tenants.verify(request)).to.include({ id: 'evt_1' });
    await expectError('SECRET_UNKNOWN', async () =>
      tenants.verify({ ...request, headers: { 'x-tenant': '8' } }),
    );
  });
});
