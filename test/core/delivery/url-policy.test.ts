import { expect } from 'chai';
import { type UrlRules, urlPolicy } from '../../../packages/core/src/delivery/url-policy.js';
import { expectError } from '../../support/expect-error.js';

describe('urlPolicy', () => {
  for (const [what, rules, got] of [
    ['a name among addresses', { allowAddresses: ['localhost'] }, '"localhost"'],
    [
      'an octal address, which would open another network',
      { allowAddresses: ['010.0.0.0/8'] },
      '"010.0.0.0/8"',
    ],
    ['a short address', { allowAddresses: ['10.1'] }, '"10.1"'],
    ['a block with too many bits', { allowAddresses: ['10.0.0.0/33'] }, '"10.0.0.0/33"'],
    ['a block with no bits', { allowAddresses: ['10.0.0.0/'] }, '"10.0.0.0/"'],
    ['a block with two lengths', { allowAddresses: ['10.0.0.0/8/8'] }, '"10.0.0.0/8/8"'],
    ['an address with a zone', { allowAddresses: ['fe80::1%eth0'] }, '"fe80::1%eth0"'],
    ['an address that is no text', { allowAddresses: [10] }, '10'],
    ['one address in place of a list', { allowAddresses: '10.0.0.1' }, '"10.0.0.1"'],
    ['an address among hosts', { allowHosts: ['10.0.0.1'] }, '"10.0.0.1"'],
    ['a number that is an address', { allowHosts: ['127.1'] }, '"127.1"'],
    ['an address of IPv6 among hosts', { allowHosts: ['[::1]'] }, '"[::1]"'],
    ['a URL among hosts', { allowHosts: ['http://a.internal'] }, '"http://a.internal"'],
    ['a host with a port', { allowHosts: ['a.internal:80'] }, '"a.internal:80"'],
    ['every host', { allowHosts: ['*'] }, '"*"'],
    ['a star within a name', { allowHosts: ['a.*.internal'] }, '"a.*.internal"'],
    ['an empty host', { allowHosts: [''] }, '""'],
    ['a port that is text', { allowPorts: ['443'] }, '"443"'],
    ['a port that does not exist', { allowPorts: [65_536] }, '65536'],
    ['port 0', { allowPorts: [0] }, '0'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const error = await expectError('OPTION_INVALID', () => urlPolicy(rules as unknown as UrlRules));
      expect(error.message)
        .to.include(`Option delivery.${Object.keys(rules)[0]}: `)
        .and.to.include(`got ${got}`);
    });
  }
});
