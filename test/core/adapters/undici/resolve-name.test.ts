import { execFile } from 'node:child_process';
import { pbkdf2, randomUUID } from 'node:crypto';
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startReceiver } from '@hookline/core/testing';
import { expect } from 'chai';
import { useFakeTimers } from 'sinon';
import { HostsFile } from '../../../../packages/core/src/adapters/undici/hosts-file.js';
import {
  NameResolver,
  type NameResolverOptions,
} from '../../../../packages/core/src/adapters/undici/resolve-name.js';
import { type Lookup, undiciHttpClient } from '../../../../packages/core/src/adapters/undici-http-client.js';
import { urlPolicy } from '../../../../packages/core/src/delivery/guard-url.js';
import { type DnsScript, type DnsServer, startDnsServer } from '../../../support/dns-server.js';
import { until } from '../../../support/until.js';

const SERVFAIL = 2;
const REFUSED = 5;
const request = { headers: {}, body: Buffer.from('{}'), timeoutMs: 2_000, maxResponseBytes: 100 };
const local = urlPolicy({ allowAddresses: ['127.0.0.0/8'] });

describe('a name', () => {
  let dns: DnsServer;
  let names: NameResolver;
  let script: Record<string, DnsScript>;

  beforeEach(async () => {
    script = {};
    dns = await startDnsServer((name) =>
      name.startsWith('hang') ? { a: 'hang', aaaa: 'hang' } : script[name],
    );
    names = resolver({});
  });
  afterEach(async () => {
    names.close();
    await dns.close();
  });

  function resolver(options: NameResolverOptions): NameResolver {
    const hosts = new HostsFile('/nowhere');
    return new NameResolver({ servers: [dns.address], hosts, system: knowing({}), ...options });
  }

  function find(name: string, from = names): Promise<string[]> {
    return new Promise((resolve, reject) => {
      from.lookup(name, { all: true }, (error, addresses) =>
        error === null ? resolve(addresses.map(({ address }) => address)) : reject(error),
      );
    });
  }

  const codeFor = (name: string, from = names) =>
    find(name, from).then(
      () => 'found',
      (error: NodeJS.ErrnoException) => error.code,
    );

  it('has the addresses of both families, those of IPv4 first', async () => {
    script['both.test'] = { a: ['192.0.2.1', '192.0.2.2'], aaaa: ['2001:db8::1'] };
    script['four.test'] = { a: ['192.0.2.1'] };
    script['six.test'] = { aaaa: ['2001:db8::1', '2001:db8::2'] };
    expect(await find('both.test')).to.deep.equal(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
    expect(await find('four.test')).to.deep.equal(['192.0.2.1']);
    expect(await find('six.test.')).to.deep.equal(['2001:db8::1', '2001:db8::2']);
    names.lookup('both.test', { all: true }, (_, addresses) =>
      expect(addresses.map(({ family }) => family)).to.deep.equal([4, 4, 6]),
    );
    await find('both.test');
  });

  it('is found at once beside eight whose servers never answer, and so are files and hashes', async () => {
    script['good.test'] = { a: ['192.0.2.1'] };
    const hanging = Array.from({ length: 8 }, (_, i) => codeFor(`hang${i}.test`));
    await until(() => dns.questions.length >= 16);
    const startedAt = performance.now();
    expect(await find('good.test')).to.deep.equal(['192.0.2.1']);
    await Promise.all([
      readFile('/dev/null'),
      promisify(pbkdf2)('secret', 'salt', 1, 32, 'sha256'),
      promisify(dnsLookup)('localhost'),
    ]);
    expect(performance.now() - startedAt).to.be.below(500);
    names.close();
    expect(new Set(await Promise.all(hanging))).to.deep.equal(new Set(['ECANCELLED']));
  });

  it('fails after five seconds where no server answers', async () => {
    const clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const [four, five] = [codeFor('hang4.test'), codeFor('hang5.test')];
      clock.tick(4_999);
      script['good.test'] = { a: ['192.0.2.1'] };
      expect(await Promise.race([four, find('good.test')])).to.deep.equal(['192.0.2.1']);
      clock.tick(1);
      expect(await Promise.all([four, five])).to.deep.equal(['ETIMEOUT', 'ETIMEOUT']);
    } finally {
      clock.restore();
    }
  });

  it('waits but briefly for one family where the other has answered', async () => {
    script['v4.test'] = { a: ['192.0.2.1'], aaaa: 'hang' };
    script['v6.test'] = { a: 'hang', aaaa: ['2001:db8::1'] };
    script['none.test'] = { a: 'unknown', aaaa: 'hang' };
    const startedAt = performance.now();
    expect(await Promise.all([find('v4.test'), find('v6.test'), codeFor('none.test')])).to.deep.equal([
      ['192.0.2.1'],
      ['2001:db8::1'],
      'ENOTFOUND',
    ]);
    expect(performance.now() - startedAt).to.be.below(900);
  });

  it('is not called unknown where one family has no address and the other question failed', async () => {
    script['failing.test'] = { a: [], aaaa: SERVFAIL };
    script['refused.test'] = { a: REFUSED, aaaa: REFUSED };
    expect(await codeFor('failing.test')).to.equal('ESERVFAIL');
    expect(await codeFor('refused.test')).to.equal('EREFUSED');
  });

  it('is asked for once where several want it at the same time, and anew afterwards', async () => {
    script['good.test'] = { a: ['192.0.2.1'] };
    const found = await Promise.all(Array.from({ length: 50 }, () => find('good.test')));
    expect(found).to.have.length(50);
    expect([...dns.questions].sort()).to.deep.equal(['good.test A', 'good.test AAAA']);
    script['good.test'] = { a: ['192.0.2.2'] };
    expect(await find('good.test')).to.deep.equal(['192.0.2.2']);
  });

  it('that DNS does not know, or knows no address of, is asked of the system', async () => {
    script['empty.test'] = {};
    names = resolver({ system: knowing({ 'unknown.test': '192.0.2.8', 'empty.test': '192.0.2.9' }) });
    expect(await find('unknown.test')).to.deep.equal(['192.0.2.8']);
    expect(await find('empty.test')).to.deep.equal(['192.0.2.9']);
    expect(await codeFor('nowhere.test')).to.equal('ENOTFOUND');
  });

  it('is asked of the system where there is no DNS server', async () => {
    names = resolver({ servers: ['127.0.0.1:1'], system: knowing({ 'good.test': '192.0.2.8' }) });
    expect(await find('good.test')).to.deep.equal(['192.0.2.8']);
  });

  it('without a dot is asked of the system, and never of DNS', async () => {
    names = resolver({
      system: knowing({ localhost: '127.0.0.1', postgres: '192.0.2.8', 'redis.': '192.0.2.9' }),
    });
    expect(await find('localhost')).to.deep.equal(['127.0.0.1']);
    expect(await find('postgres')).to.deep.equal(['192.0.2.8']);
    expect(await find('redis.')).to.deep.equal(['192.0.2.9']);
    expect(dns.questions).to.deep.equal([]);
  });

  it('that the hosts file has is not asked for', async () => {
    const path = join(tmpdir(), `hookline-hosts-${randomUUID()}`);
    writeFileSync(path, '127.0.0.1 app.test\n::1 app.test\n');
    script['app.test'] = { a: ['192.0.2.1'] };
    names = resolver({ hosts: new HostsFile(path) });
    expect(await find('app.test')).to.deep.equal(['127.0.0.1', '::1']);
    expect(await find('APP.test.')).to.deep.equal(['127.0.0.1', '::1']);
    expect(dns.questions).to.deep.equal([]);
    rmSync(path);
  });

  it('takes no more than two threads of the system, whatever DNS does not know', async () => {
    const asked: string[] = [];
    names = resolver({ system: (name) => void asked.push(name) });
    const waiting = ['a', 'b', 'c', 'd'].flatMap((name) => [codeFor(name), codeFor(`${name}.test`)]);
    await until(() => dns.questions.length === 8 && asked.length === 2);
    expect(asked[0]).to.equal('a');
    expect(asked[1]).to.match(/^[abcd]\.test$/);
    names.close();
    expect(new Set(await Promise.all(waiting))).to.deep.equal(new Set(['ECANCELLED']));
  });

  it('that only the system knows waits for none that the system cannot find', async () => {
    const system: Lookup = (name, options, callback) => {
      if (name !== 'stuck.test') knowing({ localhost: '127.0.0.1' })(name, options, callback);
    };
    names = resolver({ system });
    const stuck = codeFor('stuck.test');
    await until(() => dns.questions.length === 2);
    expect(await find('localhost')).to.deep.equal(['127.0.0.1']);
    names.close();
    expect(await stuck).to.equal('ECANCELLED');
  });

  it('is not asked of the system any more where nobody waits for it', async () => {
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const system: Lookup = (name, _options, callback) => {
      asked.push(name);
      answers.push(() => callback(null, [{ address: '127.0.0.1', family: 4 }]));
    };
    names = resolver({ system });
    const waiting = [codeFor('first'), codeFor('second')];
    await until(() => asked.length === 1);
    names.close();
    expect(await Promise.all(waiting)).to.deep.equal(['ECANCELLED', 'ECANCELLED']);
    for (const answer of answers) answer();
    expect(await codeFor('third')).to.equal('ECANCELLED');
    expect(asked).to.deep.equal(['first']);
  });

  it('that is judged resolves anew for every connection, and is refused where it moves inside', async () => {
    const receiver = await startReceiver();
    const { port } = new URL(receiver.url);
    const only1 = urlPolicy({ allowAddresses: ['127.0.0.1'] });
    const client = undiciHttpClient(only1, { lookup: names.lookup });
    receiver.replyWith((_, response) => response.writeHead(204, { connection: 'close' }).end());
    const send = async () => {
      const reply = await client.send({ ...request, url: `http://rebinding.test:${port}/` });
      return reply.kind === 'error' ? reply.reason : reply.status;
    };
    script['rebinding.test'] = { a: ['127.0.0.1'] };
    expect(await send()).to.equal(204);
    script['rebinding.test'] = { a: ['127.0.0.2'] };
    expect(await send()).to.equal('refused-address');
    script['rebinding.test'] = { a: ['127.0.0.1'], aaaa: ['fd12::1'] };
    expect(await send()).to.equal('refused-address');
    expect(receiver.requests).to.have.length(1);
    await client.close();
    await receiver.close();
  });

  it('that nobody answers for fails its attempt with dns, or with the deadline where that is earlier', async () => {
    const client = undiciHttpClient(local, { dnsServers: [dns.address] });
    const clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const patient = client.send({ ...request, url: 'http://hang1.test/', timeoutMs: 5_001 });
      const hasty = client.send({ ...request, url: 'http://hang2.test/', timeoutMs: 4_999 });
      clock.tick(4_999);
      expect(await hasty).to.include({ kind: 'error', reason: 'timeout' });
      clock.tick(1);
      const message = 'No DNS server had an answer for hang1.test within 5000 ms.';
      expect(await patient).to.include({ kind: 'error', reason: 'dns', message });
    } finally {
      clock.restore();
      await client.close();
    }
  });

  it('that hangs keeps no process alive once the client is closed', async () => {
    const url = (file: string) => new URL(`../../../../packages/core/src/${file}`, import.meta.url).href;
    const code = `
      import { undiciHttpClient } from '${url('adapters/undici-http-client.ts')}';
      import { urlPolicy } from '${url('delivery/guard-url.ts')}';
      const client = undiciHttpClient(urlPolicy({}), { dnsServers: ['${dns.address}'] });
      const reply = client.send({ url: 'http://hang-${randomUUID()}.test/', headers: {}, body: Buffer.alloc(0), timeoutMs: 60000, maxResponseBytes: 1 });
      setTimeout(async () => { await client.close(); console.log((await reply).kind, process.uptime()); }, 100);
      process.on('exit', () => console.log(process.uptime()));`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', code];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 });
    const [answered = '', exitedAt] = stdout.trim().split('\n');
    expect(answered).to.match(/^error /);
    expect(Number(exitedAt) - Number(answered.split(' ')[1])).to.be.below(1);
  });
});

/** A resolver of a system that knows these names. */
function knowing(addresses: Readonly<Record<string, string>>): Lookup {
  return (name, _options, callback) => {
    const address = addresses[name];
    const found: LookupAddress[] = address === undefined ? [] : [{ address, family: 4 }];
    const error = address === undefined ? Object.assign(new Error(name), { code: 'ENOTFOUND' }) : null;
    setImmediate(() => callback(error, found));
  };
}
