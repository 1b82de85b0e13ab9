import { createHmac, randomBytes } from 'node:crypto';
import { gitlab } from '@hookline/core/sources';
import { expect } from 'chai';
import { expectError } from '../../../support/expect-error.js';

const now = 1_700_000_000_000;
const key = randomBytes(32);
const signingToken = `whsec_${key.toString('base64')}`;
const secretToken = 'a secret token';

const body = JSON.stringify({ object_kind: 'merge_request', object_attributes: { action: 'open' } });

function signedRequest(text = body) {
  const mac = createHmac('sha256', key).update(`id-1.1700000000.${text}`).digest('base64');
  return {
    headers: {
      'X-Gitlab-Event': 'Merge Request Hook',
      'Idempotency-Key': 'id-1',
      'webhook-id': 'id-1',
      'webhook-timestamp': '1700000000',
      'webhook-signature': `v1,${mac}`,
    },
    body: text,
  };
}

function tokenRequest(token: string, text = body) {
  return {
    headers: { 'X-Gitlab-Token': token, 'X-Gitlab-Event': 'Push Hook', 'Idempotency-Key': 'id-2' },
    body: text,
  };
}

describe('gitlab()', () => {
  it('checks the signature where the secret is a signing token', async () => {
    const source = gitlab({ secret: signingToken });
    expect(source.verify(signedRequest(), now)).to.include({ id: 'id-1', type: 'merge_request.open' });
    await expectError('SIGNATURE_MISSING', () => source.verify(tokenRequest(signingToken), now));
    await expectError('SIGNATURE_MISMATCH', () =>
      source.verify({ ...signedRequest(), body: `${body} ` }, now),
    );
    await expectError('TIMESTAMP_OUT_OF_RANGE', () => source.verify(signedRequest(), now + 301_000));
  });

  it('compares the token where the secret is any other text', async () => {
    const source = gitlab({ secret: secretToken });
    expect(source.verify(tokenRequest(secretToken), now)).to.include({ id: 'id-2' });
    await expectError('SIGNATURE_MISMATCH', () => source.verify(tokenRequest('another'), now));
    await expectError('SIGNATURE_MISSING', () => source.verify(signedRequest(), now));
  });

  it('takes either while a signing token takes the place of a secret token', async () => {
    const source = gitlab({ secret: [signingToken, secretToken] });
    expect(source.verify(signedRequest(), now).id).to.equal('id-1');
    expect(source.verify(tokenRequest(secretToken), now).id).to.equal('id-2');
    await expectError('SIGNATURE_MISSING', () => source.verify(tokenRequest('another'), now));
  });

  it('keeps the token and the signature out of receipts', () => {
    expect(gitlab({ secret: secretToken }).secretHeaders).to.include.members([
      'x-gitlab-token',
      'webhook-signature',
    ]);
  });

  for (const [text, type] of [
    ['{"object_kind":"push"}', 'push'],
    ['{"event_name":"project_create"}', 'project_create'],
    ['{}', 'push_hook'],
  ] as const) {
    it(`reads ${text} as ${type}`, () => {
      expect(gitlab({ secret: secretToken }).verify(tokenRequest(secretToken, text)).type).to.equal(type);
    });
  }

  it('cannot be made with a signing token that is no base64', async () => {
    await expectError('OPTION_INVALID', () => gitlab({ secret: 'whsec_?' }));
  });
});
