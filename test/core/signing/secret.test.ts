import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { generateSecret, secretBytes } from '../../../packages/core/src/signing/secret.js';
import { expectError } from '../../support/expect-error.js';

describe('generateSecret', () => {
  it('makes whsec_ and the base64 of 32 bytes', () => {
    const secret = generateSecret();
    expect(secret).to.match(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(secretBytes(secret)).to.have.length(32);
  });

  it('never makes the same twice', () => expect(generateSecret()).not.to.equal(generateSecret()));
});

describe('secretBytes', () => {
  const key = randomBytes(24);

  it('decodes with and without whsec_', () => {
    expect(secretBytes(`whsec_${key.toString('base64')}`)).to.deep.equal(key);
    expect(secretBytes(key.toString('base64'))).to.deep.equal(key);
  });

  it('takes the longest key of the spec, 64 bytes', () => {
    expect(secretBytes(randomBytes(64).toString('base64'))).to.have.length(64);
  });

  for (const [what, secret, got] of [
    ['an empty secret', '', 'an empty secret'],
    ['a prefix alone', 'whsec_', 'an empty secret'],
    ['23 bytes', Buffer.alloc(23).toString('base64'), '23 bytes'],
    ['65 bytes', Buffer.alloc(65).toString('base64'), '65 bytes'],
    ['text that is not base64', 'whsec_correct horse battery staple!!', 'not base64'],
    ['base64url', Buffer.alloc(33, 0xff).toString('base64url'), 'not base64'],
    ['base64 without its padding', Buffer.alloc(25).toString('base64').replace('=', ''), 'not base64'],
    ['surrounding space', ` ${key.toString('base64')}`, 'not base64'],
    ['a private ed25519 key', `whsk_${randomBytes(64).toString('base64')}`, 'not base64'],
  ] as const) {
    it(`refuses ${what} and says what it got`, async () => {
      const error = await expectError('VALIDATION_FAILED', () => secretBytes(secret));
      expect(error.details.problem).to.include(got);
    });
  }

  it('keeps the secret out of the error', async () => {
    const error = await expectError('VALIDATION_FAILED', () => secretBytes('whsec_topsecret'));
    expect(JSON.stringify([error.message, error.details])).not.to.include('topsecret');
  });
});
