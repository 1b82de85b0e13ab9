import { expect } from 'chai';
import { equalInConstantTime } from '../../../packages/core/src/signing/constant-time.js';

describe('equalInConstantTime', () => {
  for (const [first, second, expected] of [
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['', '', true],
    ['abc', 'abcd', false],
    ['abc', '', false],
    ['é', 'e', false],
    ['é', 'ab', false],
    ['♥', '♥', true],
  ] as const) {
    it(`finds "${first}" and "${second}" ${expected ? 'equal' : 'different'}`, () => {
      expect(equalInConstantTime(first, second)).to.equal(expected);
      expect(equalInConstantTime(Buffer.from(first), second)).to.equal(expected);
    });
  }

  it('compares bytes with bytes', () => {
    expect(equalInConstantTime(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).to.equal(true);
    expect(equalInConstantTime(Uint8Array.of(1, 2), Uint8Array.of(1))).to.equal(false);
  });
});
