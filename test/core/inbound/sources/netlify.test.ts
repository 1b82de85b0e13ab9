import { createHash, createHmac } from 'node:crypto';
import { netlify } from '@hookline/core/sources';
import { expect } from 'chai';
import { expectError } from '../../../support/expect-error.js';

const secret = 'shared secret';
const body = '{"id":"deploy-1","state":"ready"}';
const sha256 = createHash('sha256').update(body).digest('hex');

function tokenOf(claims: object, header: object = { alg: 'HS256', typ: 'JWT' }, key = secret): string {
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

function verify(token: string, text = body) {
  const headers = { 'X-Webhook-Signature': token, 'X-Netlify-Event': 'deploy_created' };
  return netlify({ secret }).verify({ headers, body: text });
}

describe('netlify()', () => {
  it('verifies a token that holds the hash of the body', () => {
    expect(verify(tokenOf({ iss: 'netlify', sha256 }))).to.include({ id: null, type: 'deploy_created' });
  });

  for (const [what, token, text] of [
    ['the token of another body', tokenOf({ iss: 'netlify', sha256 }), `${body} `],
    ['a token of another issuer', tokenOf({ iss: 'evil', sha256 }), body],
    ['a token without a hash', tokenOf({ iss: 'netlify' }), body],
    ['a token signed with another secret', tokenOf({ iss: 'netlify', sha256 }, { alg: 'HS256' }, 'x'), body],
    ['a token with another algorithm', tokenOf({ iss: 'netlify', sha256 }, { alg: 'HS512' }), body],
    ['a token with no algorithm', tokenOf({ iss: 'netlify', sha256 }, { alg: 'none' }), body],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await expectError('SIGNATURE_MISMATCH', () => verify(token, text));
    });
  }
});
