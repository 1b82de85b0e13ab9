import { expect } from 'chai';
import { failureOf } from '../../../../packages/core/src/adapters/undici/failure.js';

const coded = (code: string) => Object.assign(new Error('what went wrong'), { code });
const reasonOf = (code: string, stage: 'connecting' | 'sending') => failureOf(coded(code), stage, 100).reason;

describe('the reason of a failed attempt', () => {
  for (const code of [
    'ENOTFOUND',
    'ENODATA',
    'ESERVFAIL',
    'EREFUSED',
    'ETIMEOUT',
    'ECANCELLED',
    'EAI_AGAIN',
    'EAI_FAIL',
  ]) {
    it(`is dns for ${code}`, () => {
      expect(reasonOf(code, 'connecting')).to.equal('dns');
    });
  }

  for (const code of [
    'CERT_HAS_EXPIRED',
    'UNABLE_TO_GET_ISSUER_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'CRL_HAS_EXPIRED',
  ]) {
    it(`is tls for ${code}, which comes before or after the request`, () => {
      expect([reasonOf(code, 'connecting'), reasonOf(code, 'sending')]).to.deep.equal(['tls', 'tls']);
    });
  }

  for (const code of ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ERR_ASSERTION', 'ESOMETHING', '']) {
    it(`is connect for ${code || 'an error without a code'} before the request began, and reset after`, () => {
      expect(reasonOf(code, 'connecting')).to.equal('connect');
      expect(reasonOf(code, 'sending')).to.equal('reset');
    });
  }

  it('is that of the first address where every address failed', () => {
    const errors = [coded('ECONNREFUSED'), coded('ENETUNREACH')];
    const failure = failureOf(new AggregateError(errors), 'connecting', 100);
    expect(failure).to.deep.equal({ reason: 'connect', message: 'what went wrong; what went wrong' });
  });
});
