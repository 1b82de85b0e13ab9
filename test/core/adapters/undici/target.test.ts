import { expect } from 'chai';
import { targetsOf } from '../../../../packages/core/src/adapters/undici/target.js';
import { urlPolicy } from '../../../../packages/core/src/delivery/guard-url.js';

const policy = urlPolicy({ httpsOnly: false, allowAddresses: [] });

describe('targetsOf', () => {
  it('says where a URL leads: its origin, its path and query, and nothing behind the #', () => {
    const target = targetsOf(policy)('https://receiver.example:8443/a%20b?c=d#e');
    expect(target).to.deep.equal({
      origin: 'https://receiver.example:8443',
      path: '/a%20b?c=d',
      refusal: null,
    });
  });

  it('says why an address written out in the URL is refused', () => {
    expect(targetsOf(policy)('http://0x7f.1/').refusal).to.equal('127.0.0.1 is not a public address');
  });

  it('parses a URL once, until a thousand others came', () => {
    const targetOf = targetsOf(policy);
    const first = targetOf('http://receiver.example/');
    for (let count = 1; count < 1_000; count++) targetOf(`http://receiver.example/${count}`);
    expect(targetOf('http://receiver.example/')).to.equal(first);
    targetOf('http://receiver.example/one-more');
    expect(targetOf('http://receiver.example/')).to.not.equal(first);
  });

  it('throws for what is no URL', () => {
    expect(() => targetsOf(policy)('nowhere')).to.throw(TypeError, 'Invalid URL');
  });
});
