import { expect } from 'chai';
import { addressProblem, urlPolicy, urlProblem } from '../../../packages/core/src/delivery/guard-url.js';
import { expectError } from '../../support/expect-error.js';

const strict = urlPolicy({ httpsOnly: true, allowAddresses: [] });
const open = urlPolicy({ httpsOnly: false, allowAddresses: [] });
const local = urlPolicy({ httpsOnly: false, allowAddresses: ['127.0.0.0/8', '::1', '10.1.0.0/16'] });

describe('the URL guard', () => {
  for (const url of [
    'https://example.com/hook',
    'https://example.com:8443/a?b=c',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1::1]/',
    'https://[2606:2800::5efe:93.184.216.34]/',
    'https://[::93.184.216.34]/',
    'https://[64:ff9b::93.184.216.34]/',
  ]) {
    it(`takes ${url}`, () => expect(urlProblem(url, strict)).to.equal(null));
  }

  for (const [url, problem] of [
    ['', 'absolute'],
    [undefined, 'absolute'],
    [42, 'absolute'],
    ['not a url', 'not a valid'],
    ['/relative', 'not a valid'],
    ['https://', 'not a valid'],
    ['ftp://example.com', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['http://example.com', 'only https:'],
    ['https://user:pass@example.com', 'credentials'],
    ['https://user@example.com', 'credentials'],
    [`https://example.com/${'a'.repeat(2_100)}`, 'longer than'],
    ['https://example.com/a b', 'spaces or control'],
    [' https://example.com/', 'spaces or control'],
    ['https://example.com/\n', 'spaces or control'],
    ['https://exa\tmple.com/', 'spaces or control'],
    ['\u0000https://example.com/', 'spaces or control'],
    ['https://example.com/\u007f', 'spaces or control'],
  ] as const) {
    it(`refuses ${String(JSON.stringify(url)).slice(0, 40)}: ${problem}`, () => {
      expect(urlProblem(url, strict)).to.include(problem);
    });
  }

  for (const host of [
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '2130706433',
    '0177.0.0.1',
    '0',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[::127.0.0.1]',
    '[::10.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b:1:a00:0:100:808:808]',
    '[2606:2800::5efe:10.0.0.1]',
    '[2606:2800::200:5efe:10.0.0.1]',
    '[fe80::5efe:93.184.216.34]',
    '[2001:0:5db8:d822::]',
    '[3fff::1]',
    '[4000::1]',
    '[1000::1]',
    '[e000::1]',
    '[200::1]',
    '[fc00::1]',
    '[fe80::1]',
    '[ff02::1]',
    '[2001:db8::1]',
    '127.0.0.1.',
  ]) {
    it(`refuses the literal ${host}`, () => expect(urlProblem(`http://${host}/`, open)).to.be.a('string'));
  }

  it('allows what it is told to, and nothing beside it', () => {
    expect(urlProblem('http://127.0.0.1:3000/', local)).to.equal(null);
    expect(urlProblem('http://[::1]:3000/', local)).to.equal(null);
    expect(addressProblem('10.1.2.3', local)).to.equal(null);
    expect(addressProblem('::ffff:10.1.2.3', local)).to.equal(null);
    expect(addressProblem('10.2.0.1', local)).to.be.a('string');
  });

  it('allows a block of IPv6 that is not public, and an address in it whose zone is named', () => {
    const unique = urlPolicy({ httpsOnly: false, allowAddresses: ['fd00::/8', '4000::/16'] });
    expect(addressProblem('fd12::1', unique)).to.equal(null);
    expect(addressProblem('fd12::1%eth0', unique)).to.equal(null);
    expect(addressProblem('4000::1', unique)).to.equal(null);
    expect(addressProblem('fd12::5efe:10.0.0.1', unique)).to.be.a('string');
  });

  it('refuses metadata services even where their network is allowed', () => {
    const all = urlPolicy({ httpsOnly: false, allowAddresses: ['0.0.0.0/0', '::/0'] });
    for (const address of [
      '169.254.169.254',
      '::ffff:169.254.169.254',
      '64:ff9b::a9fe:a9fe',
      '::169.254.169.254',
      '::ffff:0:169.254.169.254',
      '2002:a9fe:a9fe::',
      '2606:2800::5efe:169.254.169.254',
      '169.254.169.253',
      '169.254.170.2',
      '169.254.170.23',
      '100.100.100.200',
      '168.63.129.16',
      '192.0.0.192',
      'fd00:ec2::254',
      'fd00:ec2::254%eth0',
      'fd20:ce::254',
    ]) {
      expect(addressProblem(address, all), address).to.include('metadata');
    }
  });

  it('leaves names to the check of every address they resolve to', () => {
    expect(urlProblem('http://localhost/', open)).to.equal(null);
  });

  it('refuses an allow-list entry that is no address', async () => {
    const error = await expectError('OPTION_INVALID', () =>
      urlPolicy({ httpsOnly: false, allowAddresses: ['localhost'] }),
    );
    expect(error.message).to.include('"localhost"');
  });
});
