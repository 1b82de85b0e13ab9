import { expect } from 'chai';
import { targetsOf } from '../../../../packages/core/src/adapters/undici/target.js';
import { urlPolicy, urlProblem } from '../../../../packages/core/src/delivery/guard-url.js';
import { readUrlVectors } from '../../../support/url-guard-vectors.js';

const policy = urlPolicy({});

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

  it('refuses whatever is refused when a webhook is saved, and nothing else', () => {
    const targetOf = targetsOf(policy);
    for (const { url } of readUrlVectors())
      expect(targetOf(url).refusal, url).to.equal(urlProblem(url, policy));
  });

  it('refuses what was saved under another policy', () => {
    const strict = targetsOf(urlPolicy({ httpsOnly: true, allowPorts: [443] }));
    expect(strict('http://receiver.example/').refusal).to.include('only https:');
    expect(strict('https://receiver.example:8443/').refusal).to.include('port 8443');
  });
});
