import { expect } from 'chai';
import { addressProblem, urlPolicy, urlProblem } from '../../../packages/core/src/delivery/guard-url.js';
import { readUrlVectors, type UrlVector } from '../../support/url-guard-vectors.js';

const usual = urlPolicy({});
const strict = urlPolicy({ httpsOnly: true });
const local = urlPolicy({ allowAddresses: ['127.0.0.0/8', '::1', '10.1.0.0/16'] });
const everywhere = urlPolicy({ allowAddresses: ['0.0.0.0/0', '::/0'] });
const vectors = readUrlVectors();

describe('the URL guard', () => {
  it('is asked for more than 300 refused forms', () => {
    expect(vectors.filter((vector) => vector.expect === 'refused')).to.have.length.above(300);
  });

  for (const form of new Set(vectors.map((vector) => vector.form))) {
    it(`judges rightly: ${form}`, () => {
      const wrong = vectors
        .filter((vector) => vector.form === form)
        .filter((vector) => (problemOf(vector) === null ? 'allowed' : 'refused') !== vector.expect);
      expect(wrong).to.deep.equal([]);
    });
  }

  it('lets a name be saved whose addresses are judged at every connect', () => {
    const named = vectors.filter((vector) => vector.resolvesTo !== undefined);
    expect(named).to.have.length.above(20);
    for (const { url } of named) expect(urlProblem(url, strict), url).to.equal(null);
  });

  it('goes on to allow a name that is not ASCII (`URL.canParse` of Node 20 does not)', () => {
    for (let count = 0; count < 20_000; count++) {
      expect(urlProblem('https://münchen.example/', usual), `call ${count}`).to.equal(null);
    }
  });

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
    ['https://@example.com', 'credentials'],
    ['https:example.com', 'does not begin with'],
    ['https://example.com\\@127.0.0.1', 'backslash'],
    [`https://example.com/${'a'.repeat(2_100)}`, 'longer than'],
    ['https://example.com/a b', 'spaces or control'],
    [' https://example.com/', 'spaces or control'],
    ['https://example.com/\n', 'spaces or control'],
    ['https://exa\tmple.com/', 'spaces or control'],
    ['\u0000https://example.com/', 'spaces or control'],
    ['https://example.com/\u007f', 'spaces or control'],
    ['https://example.com;x/', 'not a host name'],
    ['https://example.com:6379/', 'port 6379'],
    ['https://example.com:0/', 'port 0'],
    ['https://127.1/', '127.0.0.1 is not a public address'],
    ['https://localhost/', 'localhost is a name of private networks'],
    ['https://metadata.google.internal./', 'metadata.google.internal is a metadata service'],
  ] as const) {
    it(`refuses ${String(JSON.stringify(url)).slice(0, 40)}: ${problem}`, () => {
      expect(urlProblem(url, strict)).to.include(problem);
    });
  }
});

describe('the URL guard, where addresses are allowed', () => {
  it('allows what it is told to, and nothing beside it', () => {
    expect(urlProblem('http://127.0.0.1:3000/', local)).to.equal(null);
    expect(urlProblem('http://[::1]:3000/', local)).to.equal(null);
    expect(addressProblem('10.1.2.3', local)).to.equal(null);
    expect(addressProblem('::ffff:10.1.2.3', local)).to.equal(null);
    expect(addressProblem('64:ff9b::10.1.2.3', local)).to.equal(null);
    expect(addressProblem('10.2.0.1', local)).to.be.a('string');
    for (const text of ['::10.1.2.3', '::a01:203'])
      expect(addressProblem(text, local), text).to.be.a('string');
    expect(addressProblem('::93.184.216.34', local)).to.be.a('string');
    expect(addressProblem('2002:a01:203::', local)).to.be.a('string');
  });

  it('allows a block of IPv6 that is not public, and an address in it whose zone is named', () => {
    const unique = urlPolicy({ allowAddresses: ['fd00::/8', '4000::/16'] });
    expect(addressProblem('fd12::1', unique)).to.equal(null);
    expect(addressProblem('fd12::1%eth0', unique)).to.equal(null);
    expect(addressProblem('4000::1', unique)).to.equal(null);
    expect(addressProblem('fd12::5efe:10.0.0.1', unique)).to.be.a('string');
  });

  it('allows a mapped block as the block of IPv4 that it is', () => {
    const mapped = urlPolicy({ allowAddresses: ['::ffff:10.0.0.0/104'] });
    expect(addressProblem('10.9.8.7', mapped)).to.equal(null);
    expect(addressProblem('10.0.0.1', urlPolicy({ allowAddresses: ['::/0'] }))).to.be.a('string');
    expect(addressProblem('192.168.0.1', mapped)).to.be.a('string');
  });

  it("allows a network's own NAT64 whatever it leads to, but metadata services behind any of its prefixes", () => {
    const nat64 = urlPolicy({ allowAddresses: ['64:ff9b:1::/48'] });
    expect(addressProblem('64:ff9b:1::10.0.0.1', nat64)).to.equal(null);
    for (const metadata of [
      '64:ff9b:1:a9fe:a9:fe00::',
      '64:ff9b:1:1a9:fe:a9fe::',
      '64:ff9b:1:1:a9:fea9:fe00:0',
      '64:ff9b:1::169.254.169.254',
    ]) {
      expect(addressProblem(metadata, nat64), metadata).to.include('metadata');
    }
  });

  it('judges both IPv4 addresses of Teredo', () => {
    const teredo = urlPolicy({ allowAddresses: ['2001::/32'] });
    expect(addressProblem('2001:0:5db8:d822:8000:63bf:a247:27dd', teredo)).to.equal(null);
    expect(addressProblem('2001:0:a00:1:8000:63bf:a247:27dd', teredo)).to.include('not a public');
    expect(addressProblem('2001:0:5db8:d822:8000:63bf:f5ff:fffe', teredo)).to.include('not a public');
  });

  it('leaves private names to their addresses, `localhost` only where this machine is allowed', () => {
    const intranet = urlPolicy({ allowAddresses: ['10.0.0.0/8'] });
    expect(urlProblem('http://billing.internal/', intranet)).to.equal(null);
    expect(urlProblem('http://billing/', intranet)).to.equal(null);
    expect(urlProblem('http://localhost:3000/', intranet)).to.be.a('string');
    expect(urlProblem('http://app.localhost:3000/', local)).to.equal(null);
  });

  it('refuses metadata services even where their network is allowed', () => {
    for (const address of [
      '169.254.169.254',
      '::ffff:169.254.169.254',
      '64:ff9b::a9fe:a9fe',
      '::169.254.169.254',
      '::ffff:0:169.254.169.254',
      '2002:a9fe:a9fe::',
      '2001:0:a9fe:a9fe::',
      '2001:0:5db8:d822:8000:63bf:5601:5601',
      '2606:2800::5efe:169.254.169.254',
      '169.254.169.253',
      '169.254.170.2',
      '169.254.170.23',
      '169.254.42.42',
      '100.100.100.200',
      '168.63.129.16',
      '192.0.0.192',
      'fd00:ec2::254',
      'fd00:ec2::254%eth0',
      'fd00:ec2::23',
      'fd20:ce::254',
      'fd00:c1::a9fe:a9fe',
      'fd00:a9fe:a9fe::1',
      'fd00:42::42',
      'fe80::a9fe:a9fe%2',
    ]) {
      expect(addressProblem(address, everywhere), address).to.include('metadata');
      expect(addressProblem(address, urlPolicy({ allowHosts: ['a.internal'] }), 'a.internal')).to.include(
        'metadata',
      );
    }
    for (const { url } of vectors.filter((vector) => vector.form === 'Metadata services, by name')) {
      expect(urlProblem(url, everywhere), url).to.include('metadata');
    }
  });
});

describe('the URL guard, where hosts are allowed', () => {
  const hosts = urlPolicy({
    allowHosts: ['billing.internal', '*.svc.cluster.local', '*.Bücher.example', 'redis', '*.goog'],
  });

  it('takes their names, and whatever address they have', () => {
    for (const name of [
      'billing.internal',
      'a.svc.cluster.local',
      'a.b.svc.cluster.local',
      'x.xn--bcher-kva.example',
      'redis',
    ]) {
      expect(urlProblem(`http://${name}:8080/`, hosts), name).to.equal(null);
      expect(urlProblem(`http://${name.toUpperCase()}./`, hosts), name).to.equal(null);
      expect(addressProblem('10.0.0.1', hosts, name), name).to.equal(null);
      expect(addressProblem('::1', hosts, `${name}.`), name).to.equal(null);
    }
  });

  it('takes no other name, and no address that is written out', () => {
    for (const name of [
      'a.billing.internal',
      'svc.cluster.local',
      'xbilling.internal',
      'internal',
      'evil-svc.cluster.local',
    ]) {
      expect(urlProblem(`http://${name}/`, hosts), name).to.be.a('string');
      expect(addressProblem('10.0.0.1', hosts, name), name).to.be.a('string');
    }
    expect(urlProblem('http://10.0.0.1/', hosts)).to.be.a('string');
    expect(urlProblem('http://metadata.goog/', hosts)).to.include('metadata');
  });
});

describe('the URL guard, where ports are named', () => {
  it('allows these alone, the default ports of the schemes by their number', () => {
    const ports = urlPolicy({ allowPorts: [443, 6379] });
    expect(urlProblem('https://example.com/', ports)).to.equal(null);
    expect(urlProblem('http://example.com:6379/', ports)).to.equal(null);
    expect(urlProblem('http://example.com/', ports)).to.include('port 80');
    expect(urlProblem('https://example.com:8443/', ports)).to.include('port 8443');
  });
});

/** As a hub judges a URL that is saved, and connected to. */
function problemOf({ url, resolvesTo = [] }: UrlVector): string | null {
  const problems = resolvesTo.map((address) => addressProblem(address, usual, new URL(url).hostname));
  return urlProblem(url, usual) ?? problems.find((problem) => problem !== null) ?? null;
}
