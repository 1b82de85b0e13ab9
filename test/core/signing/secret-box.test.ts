import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { createSecretBox } from '../../../packages/core/src/signing/secret-box.js';
import { expectError } from '../../support/expect-error.js';

const key = randomBytes(32);
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('createSecretBox with a key', () => {
  const box = createSecretBox(key.toString('base64'));

  it('opens what it sealed, and shows nothing of it', () => {
    const sealed = box.seal(secret);
    expect(sealed).to.match(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/);
    expect(sealed).not.to.include('MfKQ9r8GKYqr');
    expect(box.open(sealed)).to.equal(secret);
  });

  for (const text of ['', 'ÄÖÜ ♥ 😀', 'v1.looks.sealed.already', 'x'.repeat(10_000)]) {
    it(`gives back ${text.length} characters that begin with "${text.slice(0, 4)}"`, () => {
      expect(box.open(box.seal(text))).to.equal(text);
    });
  }

  it('seals the same text differently each time', () => {
    expect(box.seal(secret)).not.to.equal(box.seal(secret));
  });

  it('takes the same key in hex, in either case', () => {
    const sealed = box.seal(secret);
    expect(createSecretBox(key.toString('hex')).open(sealed)).to.equal(secret);
    expect(createSecretBox(key.toString('hex').toUpperCase()).open(sealed)).to.equal(secret);
  });

  it('names its key in what it seals, the same every time', () => {
    const keyIdOf = (sealed: string) => sealed.split('.')[1];
    expect(keyIdOf(box.seal('a'))).to.equal(keyIdOf(box.seal('b')));
    expect(keyIdOf(box.seal('a'))).not.to.equal(
      keyIdOf(createSecretBox(randomBytes(32).toString('hex')).seal('a')),
    );
  });

  it('reads what was stored in plain text before there was a key', () => {
    const plain = createSecretBox([]);
    expect(box.open(plain.seal(secret))).to.equal(secret);
    expect(box.open(plain.seal('v1.looks.sealed.already'))).to.equal('v1.looks.sealed.already');
  });

  it('refuses what another key sealed', async () => {
    const other = createSecretBox(randomBytes(32).toString('base64'));
    await expectError('SECRET_UNREADABLE', () => box.open(other.seal(secret)));
  });

  it('refuses sealed text with any character changed or cut off', async () => {
    const sealed = box.seal(secret);
    const changed = [...sealed].map(
      (char, i) => sealed.slice(0, i) + (char === 'A' ? 'B' : 'A') + sealed.slice(i + 1),
    );
    // a changed version prefix makes it plain text, which is told apart by its prefix alone
    for (const text of [
      ...changed.slice(3),
      sealed.slice(0, -1),
      `${sealed}A`,
      'v1.',
      'v1.0',
      'v2.whatever',
    ]) {
      await expectError('SECRET_UNREADABLE', () => box.open(text));
    }
  });
});

describe('createSecretBox without a key', () => {
  const box = createSecretBox([]);

  it('keeps text as it is', () => {
    expect(box.seal(secret)).to.equal(secret);
    expect(box.open(secret)).to.equal(secret);
  });

  for (const text of ['v1.abc', 'v0.abc', 'v0.v0.abc', 'v1.looks.sealed.already', '', 'v', 'version.1']) {
    it(`gives back "${text}", whatever it looks like`, () => expect(box.open(box.seal(text))).to.equal(text));
  }

  it('refuses sealed text', async () => {
    const sealed = createSecretBox(key.toString('base64')).seal(secret);
    await expectError('SECRET_UNREADABLE', () => box.open(sealed));
  });
});

describe('an encryptionKey', () => {
  for (const [what, text] of [
    ['empty text', ''],
    ['a pass phrase', 'correct horse battery staple'],
    ['16 bytes in base64', randomBytes(16).toString('base64')],
    ['33 bytes in base64', randomBytes(33).toString('base64')],
    ['31 bytes in hex', randomBytes(31).toString('hex')],
    ['a line break at the end', `${key.toString('base64')}\n`],
  ] as const) {
    it(`is refused as ${what}, without being quoted`, async () => {
      const error = await expectError('OPTION_INVALID', () => createSecretBox(text));
      expect(error.details.option).to.equal('encryptionKey');
      if (text.trim().length > 0) expect(error.message).not.to.include(text.trim());
    });
  }
});
